import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  build: { target: "es2022", outDir: "../dist", emptyOutDir: true, license: { fileName: "licences.md" } },
  test: { environment: "jsdom", include: ["tests/**/*.test.ts"], setupFiles: "tests/setup.ts", env: { TZ: "UTC" } },
});
