import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'jsdom',
    include: ['tests/js/**/*.test.{ts,tsx}'],
    setupFiles: ['tests/js/setup.ts'],
    server: { deps: { inline: [/@jupyterlab/, /@lumino/, /@jupyter\//] } }
  }
});
