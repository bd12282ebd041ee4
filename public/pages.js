// The chat keeps the theme that was chosen there; the pages beside it follow.
const theme = localStorage.getItem('vite-ui-theme');
if (theme === 'light' || theme === 'dark') document.documentElement.classList.add(theme);
