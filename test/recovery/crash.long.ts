/** R4: of the operations of a checkpoint none may be the one after which a run cannot go on. */
import { proveCrashes } from "./crash-proof.ts"

proveCrashes(1)
