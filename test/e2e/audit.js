// Runs in the page: what an accessibility engineer looks for first. Answers with what is wrong, in words.
(() => {
  const faults = [];
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });
  const all = (selector) => [...document.querySelectorAll(selector)].filter(shown);
  const called = (element) => `<${element.localName}> "${element.textContent.trim().slice(0, 30)}"`;

  if (!document.documentElement.lang) faults.push('the page says no language');
  if (!document.title) faults.push('the page has no title');
  if (all('main').length !== 1) faults.push('there is not one main landmark');
  if (all('h1').length !== 1) faults.push(`${all('h1').length} headings of the first level are shown`);
  if (document.documentElement.scrollWidth > innerWidth) faults.push('it scrolls sideways');

  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  if (new Set(ids).size !== ids.length) faults.push('an id is there twice');
  for (const element of document.querySelectorAll('[aria-describedby], [aria-labelledby]')) {
    const target = element.getAttribute('aria-describedby') ?? element.getAttribute('aria-labelledby');
    if (!ids.includes(target)) faults.push(`${called(element)} points to nothing`);
  }

  // WCAG 2.2: 4.1.2 for names; 2.5.8 wants 24 pixels, 2.5.5 wants 44.
  for (const button of all('button')) {
    const { width, height } = button.getBoundingClientRect();
    if (!button.textContent.trim()) faults.push('a button has no name');
    if (width < 44 || height < 44) faults.push(`${called(button)} is ${width} by ${height}`);
  }
  for (const region of document.querySelectorAll('[role=status]')) {
    if (!shown(region)) faults.push('a status region is not there before its words');
    if (region.querySelector('time, [role=timer]')) faults.push('a status region has a clock in it');
  }

  // WCAG 2.2, 1.4.3.
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (color) => {
    const [r, g, b] = channels(color).map((c) =>
      c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if (channels(color)[3] !== 0) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { parentElement: element, data } = texts.currentNode;
    if (!data.trim() || !shown(element)) continue;
    const [lighter, darker] = [getComputedStyle(element).color, paper(element)].map(luminance).sort((a, b) => b - a);
    const ratio = (lighter + 0.05) / (darker + 0.05);
    if (ratio < 4.5) faults.push(`${called(element)} has a contrast of ${ratio.toFixed(2)}`);
  }
  return faults;
})();
