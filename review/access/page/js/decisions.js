
/* Progress, and decisions as a file: what the next review compares with. */
const reviewed = roles.filter(role => role.in_review);

const exported = () => JSON.stringify({
	format: 'roletrail decisions 1',
	window: {since: review.window.since, until: review.window.until, quarter: review.window.quarter},
	reviewer: reviewer || null,
	numbers: review.numbers,
	decisions: [...reviewed].sort((a, b) => byText(a.role_arn || '', b.role_arn || '') || byText(a.role_id || '', b.role_id || '')).map(role => {
		const d = decisions.get(roleKey(role)) || {};
		return {role_id: role.role_id, role_arn: role.role_arn, account_id: role.account_id, decision: d.decision || null, until: d.until || null, reason: d.reason || null, granted: role.grants ? role.grants.granted : null};
	}),
}, null, 1) + '\n';

const download = () => {
	const problems = reviewed.filter(lacking);
	const text = exported();
	const link = el('a', {href: 'data:application/json;charset=utf-8,' + encodeURIComponent(text), download: 'decisions.json'});
	document.body.append(link);
	link.click();
	link.remove();
	toast(problems.length ? 'Exported; ' + counted(problems.length, 'decision') + ' lack something' : 'Exported');
};

/* What a file says is believed only where it is about this window and these roles. */
const imported = text => {
	let file;
	try { file = JSON.parse(text); } catch { return 'This file is no JSON.'; }
	if (file?.format !== 'roletrail decisions 1' || !Array.isArray(file.decisions)) return 'This file has no decisions of a roletrail review.';
	if (file.window?.since !== review.window.since || file.window?.until !== review.window.until) {
		return 'These decisions are about ' + (file.window?.quarter || 'another window') + ', this review is about ' + windowName + '. Give them to report review --decisions instead.';
	}
	let taken = 0, strangers = 0;
	for (const d of file.decisions) {
		const role = d && byKey.get(d.role_id || d.role_arn);
		if (!role?.in_review) { strangers++; continue; }
		if (d.decision && !Object.hasOwn(choices, d.decision)) return 'The file has a decision of a kind that does not exist.';
		decisions.delete(roleKey(role));
		if (d.decision) {
			decisions.set(roleKey(role), {decision: d.decision, until: String(d.until || ''), reason: String(d.reason || '').slice(0, 1000)});
			taken++;
		}
	}
	reviewer = typeof file.reviewer === 'string' ? file.reviewer.slice(0, 200) : reviewer;
	writeStore();
	for (const role of reviewed) decisionCell(role);
	changesMade++;
	return counted(taken, 'decision') + ' loaded' + (strangers ? ', ' + counted(strangers, 'role') + ' of the file are not in this review' : '') + '.';
};

const paintProgress = () => {
	const done = reviewed.filter(isDecided).length;
	find('progress').textContent = grouped(done) + ' of ' + grouped(reviewed.length) + ' decided';
	for (const row of find('owners').tBodies[0].rows) {
		const mine = reviewed.filter(role => harmless(role.owner || '') === row.dataset.owner);
		row.querySelector('.decided').textContent = mine.filter(isDecided).length + ' of ' + mine.length;
	}
};

const printWithPages = () => {
	find('print-pages').replaceChildren(...shown.filter(role => role.in_review).map(role => rolePage(role, true)));
	window.print();
};

const readyDecisions = () => {
	const name = el('input', {type: 'text', id: 'reviewer', maxlength: 200, autocomplete: 'off', value: reviewer, onchange: event => { reviewer = event.target.value.trim(); writeStore(); }});
	const message = el('p', {id: 'import-message', role: 'status'});
	const file = el('input', {type: 'file', id: 'import', accept: '.json,application/json', hidden: true, onchange: async event => {
		const [chosen] = event.target.files;
		event.target.value = '';
		if (!chosen) return;
		message.textContent = chosen.size > 16 << 20 ? 'This file is larger than any decisions are.' : imported(await chosen.text());
		name.value = reviewer;
		paintProgress();
		countViews();
		refresh();
	}});
	find('decision-tools').append(el('div.acts', null, el('label', null, 'Reviewer', name), file,
		el('button.button', {type: 'button', onclick: () => file.click()}, 'Load decisions.json'),
		el('button.button', {type: 'button', onclick: () => { find('print-pages').replaceChildren(); window.print(); }}, 'Print summary'),
		el('button.button', {type: 'button', onclick: printWithPages}, 'Print with role pages'),
		el('button.button.main', {type: 'button', id: 'export', onclick: download}, 'Export decisions.json')), message);
	find('decision-tools').hidden = false;
	for (const cell of document.querySelectorAll('#owners .decided')) cell.hidden = false;
	find('progress').hidden = false;
	onDecision(paintProgress);
	paintProgress();
};
