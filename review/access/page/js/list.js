
/* The rows of the table, which are in the file: the script hides, orders and completes them. */
const tableBody = find('table').tBodies[0];
const rows = [...tableBody.rows];
const rowOf = new Map(roles.map((role, i) => [role, rows[i]]));

/* What search looks through: names, owners, callers, findings and actions. */
const haystacks = new Map();
const haystack = role => {
	let text = haystacks.get(role);
	if (text === undefined) {
		text = [role.role_name, role.role_arn, role.role_id, role.owner, role.kind, role.verdict, role.privilege, role.permission_set,
			...role.findings.flatMap(f => [f.code, f.says]), ...role.caller_list.flatMap(c => [c.caller, c.via_role, ...(c.findings || [])]),
			...role.permissions.map(p => p.action), ...role.unseen.flatMap(u => u.examples || [])].filter(Boolean).join('\n').toLowerCase();
		haystacks.set(role, text);
	}
	return text;
};

const withoutUse = new Set(['dormant', 'never_used', 'denied_only']);
const views = {
	all: ['All', () => true],
	review: ['Under review', r => r.in_review],
	answer: ['Need an answer', r => r.in_review && rankOf(r) >= 2],
	unused: ['Without use', r => r.in_review && withoutUse.has(r.verdict)],
	trim: ['Can be trimmed', r => r.in_review && r.suggestion === 'trim'],
	callers: ['Unexpected callers', r => r.in_review && r.unexpected_callers > 0],
	changed: ['Changed', r => r.change_list.length > 0],
	undecided: ['Undecided', r => r.in_review && !isDecided(r)],
	apart: ['Apart', r => !r.in_review],
};

const idleOf = r => r.idle_days === null ? r.verdict === 'active' || r.verdict === 'unknown' ? 'not known' : 'never used' : r.idle_days < 30 ? 'under 30 days' : r.idle_days < 90 ? '30 to 89 days' : '90 days or more';
const facets = {
	account: ['Account', r => [r.account_id]],
	owner: ['Owner', r => [r.owner || 'no owner known']],
	kind: ['Kind', r => [r.kind]],
	verdict: ['Verdict', r => [r.verdict]],
	privilege: ['Privilege', r => [r.privilege || 'not known']],
	idle: ['Idle', r => [idleOf(r)]],
	finding: ['Finding', r => r.findings.map(f => f.code)],
};

const byText = (a, b) => a < b ? -1 : a > b ? 1 : 0;
const idleRank = r => r.idle_days === null ? r.verdict === 'active' || r.verdict === 'unknown' ? -1 : 1e9 : r.idle_days;
const decisionRanks = {keep: 1, trim: 2, remove: 3, exception: 4};
const sorts = {
	name: (a, b) => byText((a.role_name || '').toLowerCase(), (b.role_name || '').toLowerCase()),
	verdict: (a, b) => byText(a.verdict, b.verdict),
	uses: (a, b) => a.uses - b.uses,
	idle: (a, b) => idleRank(a) - idleRank(b),
	granted: (a, b) => (a.grants ? a.grants.granted : -1) - (b.grants ? b.grants.granted : -1),
	callers: (a, b) => a.callers - b.callers,
	decision: (a, b) => (decisionRanks[decisions.get(roleKey(a))?.decision] || 0) - (decisionRanks[decisions.get(roleKey(b))?.decision] || 0),
};

const shownState = {query: '', view: 'all', chosen: Object.fromEntries(Object.keys(facets).map(name => [name, new Set()])), sort: '', down: false};
let shown = roles;

const matches = (role, words, except) => views[shownState.view][1](role) &&
	Object.entries(shownState.chosen).every(([name, set]) => name === except || !set.size || facets[name][1](role).some(value => set.has(value))) &&
	words.every(word => haystack(role).includes(word));
const queryWords = () => shownState.query.toLowerCase().split(/\s+/).filter(Boolean);

/* Rows are moved only when their order changed: that is what costs time. */
let orderKey = '', changesMade = 0;
onDecision(() => changesMade++);
const arrange = () => {
	const key = shownState.sort + shownState.down + (shownState.sort === 'decision' ? changesMade : '');
	const ordered = [...roles];
	if (shownState.sort) ordered.sort((a, b) => (shownState.down ? -1 : 1) * sorts[shownState.sort](a, b) || byText(a.role_arn || '', b.role_arn || ''));
	if (key !== orderKey) {
		orderKey = key;
		tableBody.append(...ordered.map(role => rowOf.get(role)));
	}
	return ordered;
};

const listRoles = () => {
	const words = queryWords();
	shown = arrange().filter(role => matches(role, words));
	const visible = new Set(shown);
	for (const role of roles) {
		const row = rowOf.get(role), hide = !visible.has(role);
		if (row.hidden !== hide) row.hidden = hide;
	}
	find('empty').hidden = shown.length > 0;
	for (const head of find('table').tHead.rows[0].cells) {
		if (head.dataset.sort === shownState.sort) head.setAttribute('aria-sort', shownState.down ? 'descending' : 'ascending');
		else head.removeAttribute('aria-sort');
	}
};

/* The decision stands in the table too, always in step with the page of the role. */
const decisionCell = role => {
	const cell = rowOf.get(role).querySelector('.c-decide');
	if (!role.in_review) return;
	const d = decisions.get(roleKey(role));
	const problem = lacking(role);
	cell.replaceChildren(
		el('select' + (d?.decision ? '.set' : ''), {'aria-label': 'Decision about ' + role.role_name, onchange: event => decide(role, {decision: event.target.value})},
			el('option', {value: ''}, 'undecided'), Object.entries(choices).map(([value, text]) => el('option', {value, selected: d?.decision === value}, text))),
		el('small', null, problem ? el('span.problem', null, problem) : d?.decision === 'exception' ? 'until ' + d.until : d?.decision ? '' : 'suggested: ' + role.suggestion),
		el('span.write', null, d?.decision || ''));
};
const sortBy = name => {
	shownState.down = shownState.sort === name ? !shownState.down : name === 'uses' || name === 'idle' || name === 'granted' || name === 'callers';
	shownState.sort = name;
	refresh();
	say('Sorted by ' + name + (shownState.down ? ', the largest first' : ''));
};
const readyTable = () => {
	for (const head of find('table').tHead.rows[0].cells) {
		head.dataset.name = head.textContent;
		head.replaceChildren(el('button', {type: 'button', onclick: () => sortBy(head.dataset.sort)}, head.textContent));
	}
	for (const role of roles) decisionCell(role);
	onDecision(decisionCell);
};
