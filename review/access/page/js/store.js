
/* The review, and the decisions about it, which this browser keeps until they are exported. */
const review = unpack(JSON.parse(await inflated(find('data').textContent)));
const windowYear = new Date(Date.parse(review.window.until) - 1).getUTCFullYear();
const firstDay = Math.floor(Date.parse(review.window.since) / millisADay) * millisADay;
const roleKey = role => role.role_id || role.role_arn;
const roles = review.roles;
const byKey = new Map(roles.map(role => [roleKey(role), role]));
const accounts = new Map(review.accounts.map(account => [account.account_id, account]));
const severityRanks = {high: 3, medium: 2, low: 1};
const worst = role => role.findings.length ? role.findings[0].severity : '';
const rankOf = role => severityRanks[worst(role)] || 0;
const windowName = review.window.quarter || review.window.since.slice(0, 10) + ' to ' + review.window.until.slice(0, 10);

const choices = {keep: 'Keep', trim: 'Trim', remove: 'Remove', exception: 'Exception'};
const storeName = 'roletrail review ' + windowName + ' ' + review.meta.versions.derivation + ' ' + roles.length;
const decisions = new Map();
let reviewer = '';

const readStore = () => {
	try {
		const kept = JSON.parse(localStorage.getItem(storeName) || '{}');
		reviewer = kept.reviewer || '';
		for (const [key, decision] of kept.decisions || []) if (byKey.has(key)) decisions.set(key, decision);
	} catch { /* without storage only memory is lost */ }
};
const writeStore = () => {
	try { localStorage.setItem(storeName, JSON.stringify({reviewer, decisions: [...decisions]})); } catch { /* as above */ }
};

/* What a decision still lacks, in words; empty if nothing. */
const lacking = role => {
	const d = decisions.get(roleKey(role));
	if (!d || !d.decision) return '';
	if (d.decision === 'exception' && !/^\d{4}-\d{2}-\d{2}$/.test(d.until || '')) return 'An exception needs the day on which it ends.';
	if (d.decision === 'exception' && !d.reason) return 'An exception needs a reason.';
	if (d.decision === 'keep' && worst(role) === 'high' && !d.reason) return 'A role with a high finding can be kept only with a reason.';
	return '';
};
const isDecided = role => Boolean(decisions.get(roleKey(role))?.decision) && !lacking(role);

const watchers = [];
const onDecision = watcher => watchers.push(watcher);
const decide = (role, change) => {
	const key = roleKey(role);
	const d = {decision: '', until: '', reason: '', ...decisions.get(key), ...change};
	if (d.decision !== 'exception') d.until = '';
	if (!d.decision && !d.reason) decisions.delete(key); else decisions.set(key, d);
	writeStore();
	for (const watcher of watchers) watcher(role);
};
