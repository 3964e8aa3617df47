/** The style of a page, whole: a page fetches nothing. */
export const style = `
:root { --ink: #1c1b19; --dim: #6b675f; --paper: #faf8f4; --card: #fff; --line: #e4dfd5; --accent: #0b6e4f; --code: #12211c; --on-code: #d9f5e8 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ece9e2; --dim: #a29d92; --paper: #161614; --card: #1e1e1b; --line: #34332e; --accent: #5fd3a6; --code: #0c1512; --on-code: #c9f2e0 }
}
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 1.5rem;
  padding: 2rem 1rem; background: var(--paper); color: var(--ink); font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", sans-serif }
main { width: 100%; max-width: 42rem; padding: clamp(1.25rem, 5vw, 3rem); background: var(--card); border: 1px solid var(--line); border-radius: 1rem }
h1 { margin: 0 0 1.25rem; font-size: clamp(1.6rem, 6vw, 2.25rem); line-height: 1.2; letter-spacing: -0.02em; overflow-wrap: anywhere }
h1 em { font-style: normal; color: var(--accent) }
p { margin: 0 0 1rem }
.for { margin-bottom: 0.5rem; color: var(--dim); overflow-wrap: anywhere }
pre { margin: 0 0 1.5rem; padding: 1rem 1.125rem; border-radius: 0.625rem; background: var(--code); color: var(--on-code);
  white-space: pre-wrap; overflow-wrap: anywhere }
code { font: 0.9375rem/1.55 ui-monospace, "SF Mono", Menlo, Consolas, monospace }
pre code { user-select: all; -webkit-user-select: all; border-radius: 0.25rem }
code:focus-visible { outline: 2px solid var(--accent); outline-offset: 0.375rem }
ol { margin: 0 0 1.5rem; padding-left: 1.375rem }
li { margin-bottom: 0.5rem }
li::marker { color: var(--accent); font-weight: 600 }
.note { margin: 0; padding-top: 1.25rem; border-top: 1px solid var(--line); color: var(--dim); font-size: 0.9375rem }
footer { color: var(--dim); font-size: 0.8125rem; text-align: center }
`;

let hash: Promise<string> | undefined;

/** The source expression of `style` for a Content-Security-Policy (CSP Level 3, 2.3.1): no other style is taken. */
export function styleHash(): Promise<string> {
  hash ??= hashOf(style);
  return hash;
}

async function hashOf(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return `sha256-${btoa(String.fromCharCode(...digest))}`;
}
