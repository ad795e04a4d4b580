import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";

/** What the program around the window would answer, by command; whatever it throws is a failure. */
export type Commands = Record<string, (args: Record<string, unknown>) => unknown>;

/** Stands in for the program around the window, which no test here has. */
export function program(commands: Commands): { asked: { command: string; args: Record<string, unknown> }[]; end: () => void } {
  const asked: { command: string; args: Record<string, unknown> }[] = [];
  mockIPC((command, args) => {
    const plain = (args ?? {}) as Record<string, unknown>;
    asked.push({ command, args: plain });
    const answer = commands[command];
    if (!answer) throw { kind: "failed", message: `nobody answers ${command}`, reasons: [] };
    return answer(plain);
  });
  return { asked, end: clearMocks };
}
