export * from './gen/waystone/tunnel/v1/tunnel_pb.ts'
