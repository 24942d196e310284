// Answers requests with npm @cloud-copilot/iam-simulate: one JSON line in, one out.
//
//   node driver.cjs FOLDER    FOLDER holds node_modules
//
// In:  {"identity":[DOC…],"boundary":DOC|null,"scps":[[DOC…]…],"rcps":[[DOC…]…],
//       "requests":[{"action":…,"resource":…,"context":{…}}…]}
// Out: {"allowed":[true|false…]} or {"error":TEXT}
const { createRequire } = require('node:module')
const { createInterface } = require('node:readline')
const { runUnsafeSimulation } = createRequire(process.argv[2] + '/')('@cloud-copilot/iam-simulate')

const account = '111111111111'
const named = (documents) => documents.map((policy, i) => ({ name: `p${i}`, policy }))
const levels = (list) => list.map((documents, i) => ({ orgIdentifier: `ou-${i}`, policies: named(documents) }))

function answer(set) {
  const policies = {
    identityPolicies: named(set.identity),
    serviceControlPolicies: levels(set.scps),
    resourceControlPolicies: levels(set.rcps),
    ...(set.boundary && { permissionBoundaryPolicies: named([set.boundary]) })
  }
  const allowed = set.requests.map(({ action, resource, context }) => {
    const request = {
      principal: `arn:aws:iam::${account}:role/r`,
      action,
      resource: { resource, accountId: account },
      contextVariables: context
    }
    return runUnsafeSimulation({ request, ...policies }, { simulationMode: 'Strict' }) === 'Allowed'
  })
  return { allowed }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  let out
  try {
    out = answer(JSON.parse(line))
  } catch (err) {
    out = { error: String(err) }
  }
  process.stdout.write(JSON.stringify(out) + '\n')
})
