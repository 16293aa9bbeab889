// Decides lines of `ica-policy simulate --batch` with iam-simulate. Reads standard input, writes a line for each line.
import { createInterface } from 'node:readline'
import { anonymousPrincipal, runSimulation } from '@cloud-copilot/iam-simulate'

const named = (policies) => (policies ?? []).map((policy, number) => ({ name: `p${number}`, policy }))
const levels = (all) => (all ?? []).map((level, number) => ({ orgIdentifier: `o${number}`, policies: named(level) }))

// iam-simulate asks identity policies of the root user too. It has none, and needs none (IAM:access_policies).
const everything = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }

// What ica-policy fills in and iam-simulate expects: the keys that follow from the caller.
function keysOfCaller(line) {
  const [, , , account, , name] = line.principal.split(/[:/]/).length > 4 ? arn(line) : []
  if (!account) return line.principal === '*' ? { 'aws:PrincipalType': 'Anonymous', 'aws:PrincipalAccount': 'anonymous', 'aws:userid': 'anonymous' } : { 'aws:PrincipalIsAWSService': 'true', 'aws:PrincipalServiceName': line.principal }
  const isFederated = line.principal.includes(':federated-user/')
  const isRole = line.principal.includes(':assumed-role/')
  const isRoot = line.principal.endsWith(':root')
  const keys = { 'aws:PrincipalAccount': account, 'aws:PrincipalIsAWSService': 'false' }
  keys['aws:PrincipalArn'] = isRole ? line.session_issuer : line.principal
  keys['aws:PrincipalType'] = isFederated ? 'FederatedUser' : isRole ? 'AssumedRole' : isRoot ? 'Account' : 'User'
  if (isFederated) keys['aws:userid'] = `${account}:${name}`
  if (isRoot) keys['aws:userid'] = account
  if (keys['aws:PrincipalType'] === 'User') keys['aws:username'] = name
  return keys
}

function arn(line) {
  const parts = line.principal.split(':')
  return [...parts.slice(0, 3), parts[4], '', parts.slice(5).join(':').split('/').pop()]
}

async function decide(line) {
  const simulation = {
    request: {
      principal: line.principal === '*' ? anonymousPrincipal : line.principal,
      action: line.action,
      resource: { resource: line.resource, accountId: line.resource_account },
      contextVariables: { ...keysOfCaller(line), ...line.context }
    },
    identityPolicies: named(line.principal.endsWith(':root') ? [everything] : line.identity_policies),
    serviceControlPolicies: levels(line.scps),
    resourceControlPolicies: levels(line.rcps),
    resourcePolicy: line.resource_policy ?? undefined,
    permissionBoundaryPolicies: line.permissions_boundary ? named([line.permissions_boundary]) : undefined,
    sessionPolicy: line.session_policies?.[0],
    vpcEndpointPolicies: line.vpce_policies ? named(line.vpce_policies) : undefined
  }
  const found = await runSimulation(simulation, { simulationMode: 'Strict' })
  return found.resultType === 'error' ? { error: JSON.stringify(found.errors) } : { decision: found.overallResult }
}

for await (const text of createInterface({ input: process.stdin })) {
  const line = JSON.parse(text)
  const found = await decide(line).catch((error) => ({ error: String(error) }))
  console.log(JSON.stringify({ id: line.id, ...found }))
}
