// Runs in the page: checks what an accessibility engineer looks at first, and answers with the faults in words.
(() => {
  /** @type {string[]} */
  const faults = [];
  /** @param {Element} element */
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true });
  /** @param {string} selector */
  const findShown = (selector) => [...document.querySelectorAll(selector)].filter(isShown);
  /** @param {Element} element */
  const describe = (element) => `<${element.localName}> "${element.textContent.trim().slice(0, 30)}"`;

  if (!document.documentElement.lang) faults.push('the page declares no language');
  if (!document.title) faults.push('the page has no title');
  if (findShown('main').length !== 1) faults.push(`${findShown('main').length} main landmarks are shown`);
  if (findShown('h1').length !== 1) faults.push(`${findShown('h1').length} headings of the first level are shown`);
  if (document.documentElement.scrollWidth > innerWidth) faults.push('the page scrolls sideways');

  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  if (new Set(ids).size !== ids.length) faults.push('an id is used twice');
  for (const element of document.querySelectorAll('[aria-describedby], [aria-labelledby]')) {
    const target = element.getAttribute('aria-describedby') ?? element.getAttribute('aria-labelledby');
    if (!ids.includes(target ?? '')) faults.push(`${describe(element)} refers to an id that does not exist`);
  }

  // WCAG 2.2: 4.1.2 for names; 2.5.8 wants 24 pixels, 2.5.5 wants 44.
  for (const button of findShown('button')) {
    const { width, height } = button.getBoundingClientRect();
    if (!button.textContent.trim()) faults.push('a button has no name');
    if (width < 44 || height < 44) faults.push(`${describe(button)} is ${width} by ${height}`);
  }
  for (const region of document.querySelectorAll('[role=status]')) {
    if (!isShown(region)) faults.push('a status region is hidden until it has text');
    if (region.querySelector('time, [role=timer]')) faults.push('a status region contains a clock');
  }

  // WCAG 2.2, 1.4.3.
  /** @param {string} color */
  const channelsOf = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
  /** @param {string} color */
  const luminanceOf = (color) => {
    const [r = 0, g = 0, b = 0] = channelsOf(color).map((c) =>
      c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  /** @param {Element} element */
  const backgroundOf = (element) => {
    for (let at = /** @type {Element | null} */ (element); at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (channelsOf(color)[3] !== 0) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { parentElement: element, textContent } = texts.currentNode;
    if (!element || !textContent?.trim() || !isShown(element)) continue;
    const colors = [getComputedStyle(element).color, backgroundOf(element)];
    const [lighter = 0, darker = 0] = colors.map(luminanceOf).sort((a, b) => b - a);
    const ratio = (lighter + 0.05) / (darker + 0.05);
    if (ratio < 4.5) faults.push(`${describe(element)} has a contrast of ${ratio.toFixed(2)}`);
  }
  return faults;
})();
