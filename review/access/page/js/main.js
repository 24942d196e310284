
/* The theme, the keys, and the start. */
const themes = ['system', 'light', 'dark'];
const paintTheme = theme => {
	if (theme === 'system') delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = theme;
	find('theme').textContent = 'Theme: ' + theme;
};
const readyTheme = () => {
	let theme = 'system';
	try { theme = localStorage.getItem('roletrail theme') || 'system'; } catch { /* only this visit then */ }
	if (!themes.includes(theme)) theme = 'system';
	paintTheme(theme);
	find('theme').hidden = false;
	find('theme').addEventListener('click', () => {
		theme = themes[(themes.indexOf(theme) + 1) % themes.length];
		paintTheme(theme);
		try { localStorage.setItem('roletrail theme', theme); } catch { /* as above */ }
	});
};

const typing = node => node.closest('input, select, textarea, [contenteditable]') !== null;
const readyKeys = () => document.addEventListener('keydown', event => {
	if (event.ctrlKey || event.metaKey || event.altKey) return;
	if (event.key === 'Escape') {
		const opened = [...facetButtons.values()].find(button => button.getAttribute('aria-expanded') === 'true');
		if (opened) { closeFacets(); opened.focus(); event.preventDefault(); }
		return;
	}
	if (event.key === 'Enter' && event.target === searchBox && shown.length) { showRole(shown[0]); event.preventDefault(); return; }
	if (typing(event.target) && event.target.type !== 'radio') return;
	if (event.key === '/' && !panel.open) { searchBox.focus(); searchBox.select(); event.preventDefault(); }
	if (panel.open && (event.key === 'j' || event.key === 'k')) go(event.key === 'j' ? 1 : -1);
});

readStore();
readyTheme();
readyTable();
readyTools();
readyPanel();
readyDecisions();
readyKeys();
refreshFromAddress();
document.documentElement.dataset.ready = '';
window.addEventListener('hashchange', () => { if (readAddress()) find('roles').scrollIntoView(); });

function refreshFromAddress() {
	if (location.hash.includes('=')) readAddress(); else refreshQuietly();
}

/* Without anything chosen the address stays as it is: it may name a section. */
function refreshQuietly() {
	const before = location.hash;
	refresh();
	if (before && !location.hash) try { history.replaceState(null, '', before); } catch { /* as in writeAddress */ }
}
