// What jsdom lacks of a browser: nothing is laid out there, so nothing ever changes its size or scrolls, and no dialog is on top.

globalThis.ResizeObserver ??= class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};

HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
  this.open = true;
};

Element.prototype.scrollIntoView ??= () => {};
