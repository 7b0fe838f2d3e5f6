export * from './gen/waystone/probe/v1/probe_pb.ts'
