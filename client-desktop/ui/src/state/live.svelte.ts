import type { ActionJson, AllowedActionJson } from "../contract/pluginhost/v1/store_pb";
import { figure } from "../format";
import type { NeedJson, StatusJson, StreamStatusResponseJson } from "../contract/pluginhost/v1/plugin_host_service_pb";
import type { RunJson } from "../contract/pluginhost/v1/run_pb";
import type { Page } from "../types/Page";
import { clock } from "./clock.svelte";
import { call, failure, read, watch, type Call, type FailureKind, type Request, type Response, type Watched } from "../host";

/** How the line to the server is. */
export type Line =
  | { state: "connecting" }
  | { state: "connected" }
  | { state: "lost" | "ended"; why: string; kind: FailureKind; since: Date };

const ended = (run: RunJson): boolean =>
  run.state !== "RUN_STATE_QUEUED" && run.state !== "RUN_STATE_RUNNING";

/** How long lists are left alone after they were read again. */
const PAUSE_MS = 500;

/** A store as it is now, kept up to date by its one status stream. */
export class Live {
  readonly name: string;
  status = $state.raw<StatusJson | undefined>();
  line = $state.raw<Line>({ state: "connecting" });
  /** Rises whenever lists may have changed: a run ended, or the configuration or the store changed. */
  version = $state(0);
  /** The newest state of runs that are not in the status any more, by number. */
  #ended = $state.raw<ReadonlyMap<string, RunJson>>(new Map());
  /** The page somebody asked for outside the window, of this store or of another one. */
  asked = $state.raw<{ name: string; page: Page } | undefined>();
  /** Whether the program is asked to end. */
  leaving = $state(false);
  /** When what is shown was known to be so, until the server is heard from. */
  remembered = $state.raw<Date | undefined>();
  /** When the oldest part of the page was read, where that was not now. */
  oldest = $state.raw<Date | undefined>();
  #refreshing: Promise<void> | undefined;
  #again = false;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #missed = false;

  constructor(name: string) {
    this.name = name;
  }

  /** Whether the server can be asked for anything. */
  get connected(): boolean {
    return this.line.state === "connected";
  }

  /** Whether the key may only look. */
  get readOnly(): boolean {
    const actions = this.status?.allowedActions ?? [];
    return actions.some((action) => action.reasons?.some((reason) => reason.code === "READ_ONLY_KEY"));
  }

  get zone(): string | undefined {
    return this.status?.timeZone || this.status?.store?.timeZone;
  }

  /** What needs a person, apart from the records that wait. */
  get troubles(): NeedJson[] {
    return (this.status?.needs ?? []).filter(({ cause }) => cause !== "CAUSE_PARKED");
  }

  /** How much needs a person, each record that waits counted. */
  get needing(): number {
    return (this.status?.needs ?? []).reduce((sum, { count }) => sum + figure(count), 0);
  }

  get #isRevoked(): boolean {
    return this.line.state === "ended" && this.line.kind === "unauthorized";
  }

  /** When what is shown is known to be so: now, when the line was lost, or when this computer heard of it last. */
  get asOf(): Date {
    return this.remembered ?? ("since" in this.line ? this.line.since : clock.now);
  }

  action(action: ActionJson): AllowedActionJson | undefined {
    return this.status?.allowedActions?.find((allowed) => allowed.action === action);
  }

  /** The newest that is known about a run. */
  run(runId: string | undefined): RunJson | undefined {
    if (!runId) return undefined;
    const { running, queued = [], last } = this.status ?? {};
    return [running, ...queued, last].find((run) => run?.runId === runId) ?? this.#ended.get(runId);
  }

  /** Begins to watch. */
  start(): void {
    watch(this.name, (watched) => this.take(watched)).catch((thrown) => {
      const { message, kind } = failure(thrown);
      this.line = { state: "ended", why: message, kind, since: new Date() };
    });
  }

  /** Takes in what came. */
  take(watched: Watched): void {
    if (watched.type === "asked") {
      this.asked = { name: watched.name, page: watched.page };
      return;
    }
    if (watched.type === "leaving") {
      this.leaving = true;
      return;
    }
    if (watched.type === "known") {
      if (this.status) return;
      [this.status, this.remembered] = [watched.status, new Date(watched.at)];
      return;
    }
    if (watched.type !== "events") {
      const since = this.line.state === watched.type ? this.line.since : new Date();
      this.line = { state: watched.type, why: watched.message, kind: watched.kind, since };
      return;
    }
    const wasLost = this.line.state === "lost";
    if (this.line.state !== "connected" && !this.#isRevoked) this.line = { state: "connected" };
    this.remembered = undefined;
    // Nothing may have been missed, but what was asked for meanwhile was answered from memory or not at all.
    if (wasLost) this.#changed();
    // Of many updates of one batch only the last of a run matters.
    for (const event of watched.events) this.#event(event);
  }

  #event(event: StreamStatusResponseJson): void {
    const { snapshot, run, progress } = event;
    if (snapshot) {
      this.status = snapshot;
      this.#changed();
      return;
    }
    if (progress) {
      if (this.status?.running?.runId === progress.runId) this.status = { ...this.status, running: progress };
      else void this.refresh();
      return;
    }
    if (run) this.#took(run);
    if (!run || ended(run)) this.#changed();
    void this.refresh();
  }

  /** Lists are read again at once, and then twice a second at most, however much happens. */
  #changed(): void {
    if (this.#pause) {
      this.#missed = true;
      return;
    }
    this.version++;
    this.oldest = undefined;
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      if (this.#missed) {
        this.#missed = false;
        this.#changed();
      }
    }, PAUSE_MS);
  }

  #took(run: RunJson): void {
    if (!this.status || !run.runId) return;
    const rest = (this.status.queued ?? []).filter((queued) => queued.runId !== run.runId);
    const running = this.status.running?.runId === run.runId ? undefined : this.status.running;
    const next: StatusJson = { ...this.status, queued: rest };
    delete next.running;
    if (ended(run)) {
      next.last = run;
      this.#ended = new Map([...this.#ended, [run.runId, run]].slice(-50) as [string, RunJson][]);
      if (running) next.running = running;
    } else if (run.state === "RUN_STATE_RUNNING") next.running = run;
    else {
      next.queued = [...rest, run];
      if (running) next.running = running;
    }
    this.status = next;
  }

  /** Reads again what may be asked for; asked many times at once, it reads once more at the end. */
  refresh(): Promise<void> {
    this.#again = true;
    this.#refreshing ??= this.#readStatus().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #readStatus(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        const { status } = await this.call("GetStatus", {});
        if (status) this.status = status;
      }
    } catch {
      // The stream says how the line is.
    }
  }

  /** Asks the server of this store. */
  async call<C extends Call>(method: C, request: Request<C>): Promise<Response<C>> {
    return this.#asking(call(this.name, method, request));
  }

  /** Reads from the server of this store; while it cannot be reached, what it answered last. */
  async read<C extends Call>(method: C, request: Request<C>): Promise<Response<C>> {
    const { said, knownAt } = await this.#asking(read(this.name, method, request));
    if (knownAt !== null && knownAt < (this.oldest?.getTime() ?? Infinity)) this.oldest = new Date(knownAt);
    return said;
  }

  async #asking<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (thrown) {
      // A key that was revoked meanwhile may have a stream that has not ended yet.
      const { kind, message } = failure(thrown);
      if (kind === "unauthorized") this.line = { state: "ended", why: message, kind, since: new Date() };
      throw thrown;
    }
  }
}
