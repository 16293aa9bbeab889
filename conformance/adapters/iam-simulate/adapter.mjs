// Cases of the conformance suite, decided by iam-simulate. It does not fill in the keys that follow from the caller, so they are given here.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { anonymousPrincipal, runSimulation } from '@cloud-copilot/iam-simulate'

const named = (policies) => (policies ?? []).map((policy, number) => ({ name: `p${number}`, policy }))
const levels = (all) => (all ?? []).map((level, number) => ({ orgIdentifier: `o${number}`, policies: named(level) }))
// It asks identity policies of the root user, which has none and needs none.
const everything = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }

function keysOfCaller({ principal, session_issuer: issuer }) {
  if (principal === '*') return { 'aws:PrincipalType': 'Anonymous', 'aws:PrincipalAccount': 'anonymous', 'aws:userid': 'anonymous' }
  if (!principal.startsWith('arn:')) return { 'aws:PrincipalIsAWSService': 'true', 'aws:PrincipalServiceName': principal }
  const parts = principal.split(':')
  const account = parts[4]
  const name = principal.split('/').pop()
  const keys = { 'aws:PrincipalAccount': account, 'aws:PrincipalIsAWSService': 'false', 'aws:PrincipalArn': principal }
  if (principal.endsWith(':root')) return { ...keys, 'aws:PrincipalType': 'Account', 'aws:userid': account }
  if (principal.includes(':federated-user/')) return { ...keys, 'aws:PrincipalType': 'FederatedUser', 'aws:userid': `${account}:${name}` }
  if (principal.includes(':assumed-role/')) return { ...keys, 'aws:PrincipalArn': issuer, 'aws:PrincipalType': 'AssumedRole' }
  return { ...keys, 'aws:PrincipalType': 'User', 'aws:username': name }
}

async function decide({ request, policies }) {
  if ((policies.session ?? []).length > 1) return { decision: 'NotExpressible', why: 'it takes one session policy' }
  const simulation = {
    request: {
      principal: request.principal === '*' ? anonymousPrincipal : request.principal,
      action: request.action,
      resource: { resource: request.resource, accountId: request.resource_account },
      contextVariables: { ...keysOfCaller(request), ...request.context }
    },
    identityPolicies: named(request.principal.endsWith(':root') ? [everything] : policies.identity),
    serviceControlPolicies: levels(policies.scp),
    resourceControlPolicies: levels(policies.rcp),
    resourcePolicy: policies.resource,
    permissionBoundaryPolicies: policies.boundary && named([policies.boundary]),
    sessionPolicy: policies.session?.[0],
    vpcEndpointPolicies: policies.vpce && named(policies.vpce)
  }
  const found = await runSimulation(simulation, { simulationMode: 'Strict' })
  return found.resultType === 'error' ? { decision: 'Error', why: JSON.stringify(found.errors) } : { decision: found.overallResult }
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
console.log(JSON.stringify({ evaluator: `iam-simulate ${lock.packages['node_modules/@cloud-copilot/iam-simulate'].version}` }))
for await (const text of createInterface({ input: process.stdin })) {
  const line = JSON.parse(text)
  const found = await decide(line).catch((error) => ({ decision: 'Error', why: String(error) }))
  console.log(JSON.stringify({ id: line.id, ...found }))
}
