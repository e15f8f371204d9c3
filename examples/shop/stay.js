/** Shows times in the browser's zone, counts the stay down, and says when it is over. Pages work without this script. */

// The pages are in English; the browser's region decides how times look.
const language = navigator.languages.find((each) => each.startsWith('en')) ?? 'en';
for (const time of document.querySelectorAll('time')) {
  time.textContent = new Date(time.dateTime).toLocaleTimeString(language);
}

/** @type {HTMLElement | null} */
const stay = document.querySelector('[data-left]');
if (stay) {
  const left = stay.querySelector('strong');
  // From the time that is left, because the browser's clock may be wrong.
  const end = Date.now() + Number(stay.dataset.left);

  const show = () => {
    const seconds = Math.floor((end - Date.now()) / 1000);
    if (seconds > 0) {
      const minutes = Math.floor(seconds / 60);
      if (left) left.textContent = minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
      return;
    }
    clearInterval(timer);
    for (const part of document.querySelectorAll('.inside')) part.setAttribute('hidden', '');
    document.querySelector('#over')?.removeAttribute('hidden');
  };
  const timer = setInterval(show, 1000);
}
