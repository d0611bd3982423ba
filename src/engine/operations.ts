/**
 * The engine's doors, one per command. `runFlow` never throws for what went wrong with its stream: the receipt says it
 * (state `failed`, `cancelled` or `needs_review` with `error`), because streams fail alone.
 */
import type { Receipt } from '../domain/receipt.ts';
import type { Flow, FlowPlan, Session, Verification } from './flow.ts';

export type RunFlow = (flow: Flow, session: Session) => Promise<Receipt>;
export type PlanFlow = (flow: Flow, session: Session) => Promise<FlowPlan>;
export type VerifyFlow = (flow: Flow, session: Session) => Promise<Verification>;
