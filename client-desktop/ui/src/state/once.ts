import { failure, type Call, type Failure, type Request, type Response } from "../host";
import type { Live } from "./live.svelte";

/** Whether nobody knows if what was asked for was done. */
export const isLost = ({ kind }: Failure): boolean => kind === "unreachable" || kind === "failed";

/**
 * Asks for a change under an id that stays the same until the server has answered or something else is asked for:
 * whoever presses again after a lost answer has it done once.
 */
export class Once {
  #asked = "";
  #id = "";

  async call<C extends Call>(live: Live, method: C, request: Request<C>): Promise<Response<C>> {
    const asked = JSON.stringify([method, request]);
    if (asked !== this.#asked) [this.#asked, this.#id] = [asked, crypto.randomUUID()];
    const requestId = this.#id;
    let isAnswered = true;
    try {
      return await live.call(method, { ...request, requestId });
    } catch (thrown) {
      isAnswered = !isLost(failure(thrown));
      throw thrown;
    } finally {
      if (isAnswered && requestId === this.#id) this.#asked = "";
    }
  }
}
