
/* The page of one role over the table. */
const panel = find('panel');
let openRole = null, cameFrom = null;

const neighbour = step => {
	const at = shown.indexOf(openRole);
	return at < 0 ? null : shown[at + step];
};
const go = step => {
	const role = neighbour(step);
	if (role) showRole(role);
};

const showRole = role => {
	if (!panel.open) cameFrom = rowOf.get(role).querySelector('a.role');
	openRole = role;
	const at = shown.indexOf(role);
	panel.replaceChildren(
		el('div.panel-bar', null, el('span', null, at < 0 ? 'not in the list as it is filtered' : (at + 1) + ' of ' + counted(shown.length, 'role') + ' in this list'),
			el('button.button.small', {type: 'button', disabled: !neighbour(-1), onclick: () => go(-1)}, 'Previous'),
			el('button.button.small', {type: 'button', disabled: !neighbour(1), onclick: () => go(1)}, 'Next'),
			el('button.button.small', {type: 'button', onclick: () => panel.close()}, 'Close')),
		rolePage(role, false));
	if (!panel.open) panel.showModal();
	panel.scrollTop = 0;
	panel.querySelector('h2').focus();
	writeAddress();
};

const readyPanel = () => {
	panel.addEventListener('close', () => {
		const row = openRole && rowOf.get(openRole);
		openRole = null;
		writeAddress();
		const back = row && !row.hidden ? row.querySelector('a.role') : cameFrom;
		if (back?.isConnected) back.focus();
	});
	panel.addEventListener('click', event => { if (event.target === panel) panel.close(); });
	onDecision(role => {
		const box = panel.querySelector('.decide');
		if (role !== openRole || !box) return;
		const focused = box.contains(document.activeElement) ? document.activeElement : null;
		const again = focused && (focused.type === 'radio' ? `input[value=${focused.value}]` : `input[type=${focused.type}]`);
		box.replaceWith(decisionBox(role));
		if (again) panel.querySelector('.decide ' + again)?.focus();
	});
	document.addEventListener('click', event => {
		const link = event.target.closest('a.role');
		if (!link || event.metaKey || event.ctrlKey) return;
		const wanted = new URLSearchParams(link.getAttribute('href').slice(1)).get('role');
		const role = byKey.get(wanted) || roles.find(r => r.role_arn === wanted);
		if (!role) return;
		event.preventDefault();
		showRole(role);
		cameFrom = link;
	});
};
