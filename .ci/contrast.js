// The lowest contrast of any text that the page shows with what is behind it, as WCAG computes it.
(() => {
  const linear = part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  const luminance = colour => {
    const [red, green, blue] = colour.map(part => linear(part / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const parts = text => text.match(/[\d.]+/g).map(Number);
  const blend = ([red, green, blue, alpha = 1], below) =>
    [red, green, blue].map((part, index) => part * alpha + below[index] * (1 - alpha));
  const lineage = element => element ? [...lineage(element.parentElement), element] : [];
  const behind = element => lineage(element)
    .map(one => parts(getComputedStyle(one).backgroundColor))
    .reduce((below, colour) => blend(colour, below), [255, 255, 255]);
  const contrast = element => {
    const ground = behind(element);
    const [red, green, blue, alpha = 1] = parts(getComputedStyle(element).color);
    const opacity = lineage(element)
      .reduce((product, one) => product * getComputedStyle(one).opacity, alpha);
    const [low, high] = [blend([red, green, blue, opacity], ground), ground].map(luminance)
      .sort((one, other) => one - other);
    return (high + 0.05) / (low + 0.05);
  };

  let lowest = Infinity;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const isShown = texts.currentNode.textContent.trim() && element.checkVisibility()
      && !["SCRIPT", "STYLE", "NOSCRIPT", "OPTION"].includes(element.tagName);
    if (isShown) lowest = Math.min(lowest, contrast(element));
  }
  return lowest;
})()
