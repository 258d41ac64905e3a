/** Another server of the S3 protocol, that of a package: it knows no conditions of puts. */
import { startFauxqs } from "fauxqs"
import type { S3Server } from "./s3-server.ts"

export async function fauxqsServer(): Promise<
  Pick<S3Server, "endpoint" | "accessKeyId" | "secretAccessKey" | "close">
> {
  const server = await startFauxqs({ port: 0, host: "localhost", logger: false })
  server.createBucket("bucket")
  return {
    endpoint: `http://localhost:${server.port}/bucket`,
    accessKeyId: "test-key",
    secretAccessKey: "test-secret",
    close: () => server.stop(),
  }
}
