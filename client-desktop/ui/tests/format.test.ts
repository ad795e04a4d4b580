import { expect, test } from "vitest";
import { between, day, duration, figure, moment, money, time } from "../src/format";
import { csv } from "../src/csv";
import { inZone, localAt } from "../src/pages/basic/zoned";

const near = { today: (at: string) => `today ${at}`, yesterday: (at: string) => `yesterday ${at}`, tomorrow: (at: string) => `tomorrow ${at}` };

test("a 64-bit number of proto3 JSON is a number, and what is left out is zero", () => {
  expect([figure("12408"), figure(7), figure(undefined)]).toEqual([12408, 7, 0]);
});

test("a day is the store's day, not this computer's", () => {
  const at = new Date("2026-03-05T03:30:00Z");
  expect(day(at, "America/Chicago")).toBe("2026-03-04");
  expect(day(at, "Asia/Tokyo")).toBe("2026-03-05");
});

test("what is near says so by the store's calendar", () => {
  const now = new Date("2026-03-05T03:30:00Z");
  expect(moment("2026-03-04T12:00:00Z", "America/Chicago", near, now)).toMatch(/^today /);
  expect(moment("2026-03-04T05:00:00Z", "America/Chicago", near, now)).toMatch(/^yesterday /);
  expect(moment("2026-03-05T23:00:00Z", "America/Chicago", near, now)).toMatch(/^tomorrow /);
  expect(moment("2025-03-05T23:00:00Z", "America/Chicago", near, now)).toContain("2025");
  expect(moment(undefined, "America/Chicago", near, now)).toBe("");
});

test("a day of 25 hours is followed by tomorrow", () => {
  const now = new Date("2026-11-01T05:30:00Z");
  expect(moment("2026-11-02T06:10:00Z", "America/Chicago", near, now)).toMatch(/^tomorrow /);
  expect(moment("2026-11-01T05:10:00Z", "America/Chicago", near, new Date("2026-11-02T06:30:00Z"))).toMatch(/^yesterday /);
});

test("a zone this computer does not know is no reason to show nothing", () => {
  expect(time("2026-03-04T12:00:00Z", "Mars/Olympus")).not.toBe("");
  expect(localAt(Date.parse("2026-03-04T12:00:00Z"), "Mars/Olympus")).toMatch(/^2026-03-0\dT\d\d:\d\d$/);
});

test("money without a known currency keeps its amount", () => {
  expect(money("19.95", "USD")).toContain("19.95");
  expect(money("19.95", "?!")).toBe("19.95 ?!");
  expect(money("", "USD")).toBe("");
});

test("a length of time has its largest units", () => {
  expect(duration(125_000)).toMatch(/2.*5/);
  expect(duration(125_000, 1)).not.toContain("5");
  expect(duration(7_205_000)).not.toContain("5");
  expect(duration(200)).toContain("<");
  expect(between("2026-03-04T12:00:00Z", "2026-03-04T12:02:05Z")).toBe(125_000);
});

test("a cell that begins like a formula is no formula for a table calculation", () => {
  expect(csv([["=HYPERLINK(1)", "-3", "a,b", 'say "hi"']])).toBe('\uFEFF\'=HYPERLINK(1),-3,"a,b","say ""hi"""\r\n');
});

test("a time typed for a store is an instant in its zone, also around a change of its clocks", () => {
  expect(inZone("2026-01-15T08:00", "America/Chicago")).toBe("2026-01-15T14:00:00.000Z");
  expect(inZone("2026-07-15T08:00", "America/Chicago")).toBe("2026-07-15T13:00:00.000Z");
  expect(inZone("2026-03-08T03:30", "America/Chicago")).toBe("2026-03-08T08:30:00.000Z");
  // Shown twice, and never.
  expect(inZone("2026-11-01T01:30", "America/Chicago")).toBe("2026-11-01T06:30:00.000Z");
  expect(inZone("2026-03-08T02:30", "America/Chicago")).toBe("2026-03-08T07:30:00.000Z");
  expect(inZone("2026-03-29T02:30", "Europe/Berlin")).toBe("2026-03-29T00:30:00.000Z");
  expect(inZone("not a time", "America/Chicago")).toBeUndefined();
  expect(localAt(Date.parse("2026-01-15T14:00:00Z"), "America/Chicago")).toBe("2026-01-15T08:00");
});
