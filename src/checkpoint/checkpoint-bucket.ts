/** Opens a part of a bucket for checkpoints: "s3://bucket/prefix", at a store that the environment names as it does for others. */
import { randomUUID } from "node:crypto"
import { S3mini } from "s3mini"
import type { Clock } from "../base/clock.ts"
import { messageOf, MillraceError, refuse } from "../base/errors.ts"
import { Bucket } from "./bucket.ts"
import type { HeldFolder } from "./checkpoint-folder.ts"
import { ObjectStore } from "./object-store.ts"

const ADDRESS = /^s3:\/\/([a-z\d][a-z\d.-]+)\/(.*[^/])\/?$/

export const isInBucket = (given: string): boolean => given.startsWith("s3://")

/**
 * From now on no other driver can change anything there; one that runs and has something to write learns it by that.
 * @throws MR_CHECKPOINT_FOLDER, MR_CHECKPOINT_IN_USE
 */
export async function holdBucket(given: string, env: NodeJS.ProcessEnv, clock: Clock): Promise<HeldFolder> {
  try {
    const [, name, prefix] = ADDRESS.exec(given) ?? []
    if (name === undefined || prefix === undefined) throw new Error("it is not written as s3://bucket/prefix")
    const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? "us-east-1"
    const store = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL ?? `https://s3.${region}.amazonaws.com`
    const s3 = new S3mini({
      accessKeyId: setIn(env, "AWS_ACCESS_KEY_ID"),
      secretAccessKey: setIn(env, "AWS_SECRET_ACCESS_KEY"),
      endpoint: `${store.replace(/\/$/, "")}/${name}`,
      region,
      requestAbortTimeout: 30_000,
    })
    const place = await ObjectStore.open(new Bucket(s3, prefix, clock), randomUUID())
    return { place, release: () => place.close() }
  } catch (error) {
    if (error instanceof MillraceError) throw error
    throw refuse("MR_CHECKPOINT_FOLDER", { folder: given, why: messageOf(error) }, error)
  }
}

function setIn(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name]
  if (value === undefined || value === "") throw new Error(`${name} is not set in the environment`)
  return value
}
