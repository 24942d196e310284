
/* Search, quick views, facets and chips; what is shown stands in the address. */
const searchBox = el('input', {type: 'search', id: 'search', placeholder: 'Role, owner, caller or action', autocomplete: 'off', spellcheck: 'false', 'aria-label': 'Search roles, owners, callers and actions'});
const viewButtons = new Map();
const facetButtons = new Map();
const chipList = el('span.chips');
const countText = el('span', {role: 'status', id: 'count'});

const refresh = () => {
	listRoles();
	countText.textContent = shown.length === roles.length ? counted(roles.length, 'role') : grouped(shown.length) + ' of ' + counted(roles.length, 'role');
	for (const [name, button] of viewButtons) button.setAttribute('aria-pressed', String(name === shownState.view));
	for (const [name, button] of facetButtons) {
		const n = shownState.chosen[name].size;
		button.replaceChildren(facets[name][0], ...(n ? [el('b', null, n)] : []));
	}
	chipList.replaceChildren(...Object.entries(shownState.chosen).flatMap(([name, set]) => [...set].sort().map(value =>
		el('button.chip', {type: 'button', 'aria-label': 'Take off ' + facets[name][0] + ' ' + value, onclick: () => { set.delete(value); refresh(); }}, facets[name][0] + ': ' + value, el('span', {'aria-hidden': 'true'}, '\u00d7')))));
	writeAddress();
};

const countViews = () => {
	for (const [name, button] of viewButtons) button.lastChild.textContent = grouped(roles.filter(views[name][1]).length);
};

const closeFacets = except => {
	for (const button of facetButtons.values()) {
		if (button === except) continue;
		button.setAttribute('aria-expanded', 'false');
		button.nextElementSibling?.remove();
	}
};

const openFacet = (name, button) => {
	closeFacets(button);
	if (button.getAttribute('aria-expanded') === 'true') {
		closeFacets();
		return;
	}
	const counts = new Map();
	const words = queryWords();
	for (const role of roles) if (matches(role, words, name)) for (const value of new Set(facets[name][1](role))) counts.set(value, (counts.get(value) || 0) + 1);
	for (const value of shownState.chosen[name]) if (!counts.has(value)) counts.set(value, 0);
	const list = [...counts].sort((a, b) => b[1] - a[1] || byText(a[0], b[0]));
	button.setAttribute('aria-expanded', 'true');
	button.after(el('div.pop', {role: 'group', 'aria-label': facets[name][0]}, list.length ? list.map(([value, n]) => el('label', null,
		el('input', {type: 'checkbox', checked: shownState.chosen[name].has(value), onchange: event => { shownState.chosen[name][event.target.checked ? 'add' : 'delete'](value); refresh(); }}),
		value, el('span', null, grouped(n)))) : el('p.quiet', null, 'Nothing to choose')));
};

const clearAll = () => {
	shownState.query = '';
	searchBox.value = '';
	shownState.view = 'all';
	for (const set of Object.values(shownState.chosen)) set.clear();
};

const readyTools = () => {
	for (const [name, [text]] of Object.entries(views)) {
		viewButtons.set(name, el('button', {type: 'button', 'aria-pressed': 'false', onclick: () => { shownState.view = name; refresh(); }}, text, el('span')));
	}
	for (const [name, [text]] of Object.entries(facets)) {
		const button = el('button.button', {type: 'button', 'aria-expanded': 'false', onclick: () => openFacet(name, button)}, text);
		facetButtons.set(name, button);
	}
	searchBox.addEventListener('input', () => { shownState.query = searchBox.value; refresh(); });
	find('tools').append(
		el('div.views', {role: 'group', 'aria-label': 'Quick views'}, [...viewButtons.values()]),
		el('div.tools', null, el('div.search', null, searchBox, el('kbd', {'aria-hidden': 'true'}, '/')), [...facetButtons.values()].map(button => el('div.facet', null, button))),
		el('div.chips', null, countText, chipList));
	find('tools').hidden = false;
	find('clear').addEventListener('click', () => { clearAll(); refresh(); searchBox.focus(); });
	document.addEventListener('click', event => { if (!event.target.closest('.facet')) closeFacets(); });
	onDecision(countViews);
	countViews();
};

/* A link carries what is shown: search, view, facets, order, and the role that is open. */
const writeAddress = () => {
	const p = new URLSearchParams();
	if (openRole) p.set('role', roleKey(openRole));
	if (shownState.query) p.set('q', shownState.query);
	if (shownState.view !== 'all') p.set('view', shownState.view);
	for (const [name, set] of Object.entries(shownState.chosen)) for (const value of [...set].sort()) p.append(name, value);
	if (shownState.sort) p.set('sort', shownState.sort + (shownState.down ? '-' : ''));
	const text = p.toString();
	try { history.replaceState(null, '', text ? '#' + text : location.pathname + location.search); } catch { /* some viewers of attachments refuse */ }
};

const readAddress = () => {
	const hash = location.hash.slice(1);
	if (!hash.includes('=')) return false;
	const p = new URLSearchParams(hash);
	const role = byKey.get(p.get('role')) || roles.find(r => r.role_arn === p.get('role'));
	if (!p.has('role') || [...p.keys()].length > 1) {
		clearAll();
		shownState.query = searchBox.value = p.get('q') || '';
		if (Object.hasOwn(views, p.get('view') || '')) shownState.view = p.get('view');
		for (const name of Object.keys(facets)) for (const value of p.getAll(name)) shownState.chosen[name].add(value);
		const sort = p.get('sort') || '';
		shownState.sort = Object.hasOwn(sorts, sort.replace(/-$/, '')) ? sort.replace(/-$/, '') : '';
		shownState.down = sort.endsWith('-');
	}
	refresh();
	if (role) showRole(role);
	return !role;
};
