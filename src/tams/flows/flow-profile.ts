import { AppError } from '../../shared/errors.ts';
import { fromJson } from '../../shared/json-text.ts';
import {
  type Flow,
  type FlowInput,
  type FlowProperty,
  profileOf,
  type ProfiledFlow,
  TECHNICAL_PROPERTIES,
} from './flow.ts';
import type { StoreTransaction } from '../vast-store.ts';

/**
 * The flow with the technical properties of the profile that it names, unless it has its own (TAMS 8.2,
 * `PUT /flows/{flowId}`).
 *
 * @throws AppError invalid_flow where there is no such profile
 */
export async function withProfile(tx: StoreTransaction, flow: FlowInput | ProfiledFlow): Promise<FlowInput> {
  if (flow.format !== undefined) return flow;
  const { format: _, ...given } = flow;
  const profile = await tx.withRight('any').profiles.find(given.profile_id);
  if (profile !== undefined) return { ...fromJson(profile).flow_metadata, ...given };
  const summary = `body/profile_id: there is no profile ${given.profile_id}; POST it to /service/profiles/${given.profile_id} first`;
  throw new AppError('invalid_flow', summary, { field: 'profile_id' });
}

/**
 * To be called before a single property changes. A flow keeps its profile only while it has the technical properties of it.
 *
 * @param leaves whether the flow leaves its profile then; else the change is refused
 * @throws AppError invalid_flow
 */
export function leaveProfile(flow: Flow, property: FlowProperty, value: unknown, leaves: boolean): void {
  const profile = profileOf(flow);
  if (profile === undefined || !TECHNICAL.has(property)) return;
  if (leaves) {
    if (flow[property] !== value) delete flow.profile_id;
    return;
  }
  const summary = `${property} of flow ${flow.id} comes from its profile ${profile}; PUT the flow without profile_id to change it`;
  throw new AppError('invalid_flow', summary, { field: property });
}

const TECHNICAL: ReadonlySet<string> = new Set(TECHNICAL_PROPERTIES);
