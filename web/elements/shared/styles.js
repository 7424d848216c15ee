import { sheet } from "./dom.js";

/** What every shadow root starts from: boxes, focus, buttons, fields, notes. Colours and sizes are theme.css's. */
export const base = sheet(`
  :host { display: block; box-sizing: border-box; }
  :host([hidden]) { display: none !important; }
  *, *::before, *::after { box-sizing: border-box; }
  [hidden] { display: none !important; }
  :focus-visible { outline: var(--focus-ring); outline-offset: var(--focus-offset); }
  button, input, textarea, select { font: inherit; color: inherit; letter-spacing: inherit; }

  .button {
    display: inline-flex; align-items: center; justify-content: center; gap: var(--space-8);
    min-height: var(--target); padding: var(--space-4) var(--space-12);
    border: var(--line-width) solid var(--line-control); border-radius: var(--radius-control);
    background: var(--surface); color: var(--text); text-decoration: none; font-weight: var(--weight-medium);
    cursor: pointer; text-align: center;
  }
  .button:hover { background: var(--stone-4); }
  .button:active { background: var(--stone-5); }
  .button.primary { background: var(--moss-fill); border-color: transparent; color: var(--moss-on-fill); }
  .button.primary:hover { background: var(--moss-fill-hover); }
  .button.link { background: none; border-color: transparent; color: var(--moss-text); padding-inline: var(--space-4); text-decoration: underline; text-underline-offset: 3px; }
  .button.link:hover { background: var(--stone-4); }
  .button.quiet { background: none; border-color: transparent; }
  .button.quiet:hover { background: var(--stone-4); }
  .button.icon { min-width: var(--target); padding: var(--space-4); }
  .button:disabled, .button[aria-disabled="true"] { opacity: 0.55; cursor: not-allowed; }

  .label { display: block; margin-block-end: var(--space-4); font-weight: var(--weight-medium); }
  .input {
    display: block; width: 100%; min-height: var(--target); padding: var(--space-4) var(--space-8);
    border: var(--line-width) solid var(--line-control); border-radius: var(--radius-control);
    background: var(--surface); color: var(--text);
  }
  .input::placeholder { color: var(--text-quiet); opacity: 1; }
  .input:disabled { background: var(--stone-3); color: var(--text-quiet); cursor: not-allowed; }
  .input[aria-invalid="true"] { border-color: var(--failed-fill); }
  .problem { display: flex; gap: var(--space-4); margin-block-start: var(--space-4); color: var(--failed-text); }
  .problem::before { content: "!"; flex: none; width: 1.25em; height: 1.25em; margin-block-start: 0.15em; border-radius: 50%;
    background: var(--failed-text); color: var(--surface); font-weight: var(--weight-strong); font-size: var(--text-12);
    line-height: 1.25em; text-align: center; }
  .problem:empty { display: none; }

  .key {
    flex: none; display: inline-block; min-width: 1.75em; padding: 0 0.4em; border: var(--line-width) solid var(--line-control);
    border-radius: 4px; background: var(--stone-2); color: var(--text-quiet);
    font: var(--weight-medium) var(--text-12) / 1.6 var(--font-code); text-align: center; text-transform: uppercase;
  }
  @media (hover: none) and (pointer: coarse) { .key { display: none; } }

  .heard { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

  dialog {
    width: min(720px, calc(100vw - 32px)); max-width: none; max-height: calc(100dvh - 32px); padding: 0; overflow: hidden;
    border: var(--line-width) solid var(--line); border-radius: var(--radius-card);
    background: var(--surface); color: var(--text); box-shadow: var(--shadow-float);
  }
  dialog::backdrop { background: oklch(0.2 0.01 75 / 0.45); }
  dialog > .frame { display: flex; flex-direction: column; max-height: calc(100dvh - 34px); }
  dialog header { display: flex; align-items: center; gap: var(--space-8); padding: var(--space-12) var(--space-8) var(--space-12) var(--space-16);
    border-block-end: var(--line-width) solid var(--line); }
  dialog h2 { flex: 1; margin: 0; font: var(--weight-strong) var(--text-16) / var(--line-heading) var(--font-text); overflow-wrap: anywhere; }
  dialog .content { overflow: auto; padding: var(--space-16); overscroll-behavior: contain; }
  dialog .content:focus-visible { outline-offset: -2px; }
  dialog .content ::slotted(*) { max-width: 100%; }
`);
