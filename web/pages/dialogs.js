/** Dialogs: native `<dialog>`, put into the page when opened and taken out when closed. */

/**
 * Shows a dialog and waits until it closes.
 *
 * @param {HTMLDialogElement} dialog
 * @param {{lasting?: boolean}} [options] `lasting`: Escape does not close it
 * @returns {Promise<string>} its return value
 */
export function showDialog(dialog, options = {}) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    dialog.addEventListener("cancel", (event) => {
      if (options.lasting) event.preventDefault();
    });
    // Chromium lets a second Escape through although the first was refused; the keydown comes before both.
    dialog.addEventListener("keydown", (event) => {
      if (options.lasting && event.key === "Escape") event.preventDefault();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      // The browser gives the focus back as it closes; this event comes later, and must not take it from where it went since.
      if (document.activeElement === document.body && before instanceof HTMLElement) before.focus({ preventScroll: true });
      resolve(dialog.returnValue);
    });
    if (!options.lasting) {
      dialog.addEventListener("click", (event) => {
        if (event.target === dialog) dialog.close();
      });
    }
    document.body.append(dialog);
    dialog.showModal();
  });
}
