/** Shapes that several families of the vocabulary share. */
import { z } from 'zod';
import { id, listOf } from './wire.ts';

export const user = z.object({
  id: z.number().int(),
  name: z.string(),
  username: z.string(),
  initials: z.string(),
  online: z.boolean().nullable(),
});

export type User = z.input<typeof user>;

export const runState = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']);

const at = z.string().nullable();

export const jobRun = z.object({
  id: z.number().int(),
  state: runState,
  createdAt: z.string(),
  startedAt: at,
  finishedAt: at,
  error: z.string().nullable(),
});

export const permissionLevel = z.enum(['read', 'write', 'manage']);

const numbers = (most: number) => listOf(z.number().int().min(0).max(most));

export const scheduleIn = z.object({
  scheduled: z.boolean().optional(),
  scheduledDays: numbers(6).optional().meta({ description: '0 is Sunday' }),
  scheduledHours: numbers(23).optional(),
  scheduledMinutes: numbers(59).optional(),
  scheduledRunsPerHour: z.number().int().min(1).max(60).optional(),
  scheduledDaysOfMonth: listOf(z.number().int().min(1).max(31)).optional(),
});

export type ScheduleIn = z.output<typeof scheduleIn>;

export const schedule = z.object({
  scheduled: z.boolean().nullable(),
  scheduledDays: z.array(z.number().int()),
  scheduledHours: z.array(z.number().int()),
  scheduledMinutes: z.array(z.number().int()),
  scheduledRunsPerHour: z.number().int().nullable(),
  scheduledDaysOfMonth: z.array(z.number().int()),
});

const texts = listOf(z.string().max(2000));
const text = z.string().max(100_000);

export const notificationsIn = z.object({
  urls: texts.optional(),
  successEmailSubject: text.optional(),
  successEmailBody: text.optional(),
  successEmailAddresses: texts.optional(),
  successEmailFromName: text.optional(),
  successEmailReplyTo: text.optional(),
  failureEmailAddresses: texts.optional(),
  stallWarningMinutes: z.number().int().min(1).max(1_000_000).optional(),
  successOn: z.boolean().optional(),
  failureOn: z.boolean().optional(),
});

export type NotificationsIn = z.output<typeof notificationsIn>;

const said = z.string().nullable();

export const notifications = z.object({
  urls: z.array(z.string()),
  successEmailSubject: said,
  successEmailBody: said,
  successEmailAddresses: z.array(z.string()),
  successEmailFromName: said,
  successEmailReplyTo: said,
  failureEmailAddresses: z.array(z.string()),
  stallWarningMinutes: z.number().int().nullable(),
  successOn: z.boolean(),
  failureOn: z.boolean(),
});

export const showSchedule = (given: ScheduleIn = {}): z.input<typeof schedule> => ({
  scheduled: given.scheduled ?? null,
  scheduledDays: given.scheduledDays ?? [],
  scheduledHours: given.scheduledHours ?? [],
  scheduledMinutes: given.scheduledMinutes ?? [],
  scheduledRunsPerHour: given.scheduledRunsPerHour ?? null,
  scheduledDaysOfMonth: given.scheduledDaysOfMonth ?? [],
});

export const showNotifications = (given: NotificationsIn = {}): z.input<typeof notifications> => ({
  urls: given.urls ?? [],
  successEmailSubject: given.successEmailSubject ?? null,
  successEmailBody: given.successEmailBody ?? null,
  successEmailAddresses: given.successEmailAddresses ?? [],
  successEmailFromName: given.successEmailFromName ?? null,
  successEmailReplyTo: given.successEmailReplyTo ?? null,
  failureEmailAddresses: given.failureEmailAddresses ?? [],
  stallWarningMinutes: given.stallWarningMinutes ?? null,
  successOn: given.successOn ?? true,
  failureOn: given.failureOn ?? true,
});

export const logEntry = z.object({
  id: z.number().int(),
  createdAt: z.string(),
  message: z.string(),
  level: z.enum(['unknown', 'fatal', 'error', 'warn', 'info', 'debug']),
});

const named = z.object({ id: z.number().int(), name: z.string() });
const holders = z.object({ users: z.array(named), groups: z.array(named) });

export const shareIndex = z.object({
  readers: holders,
  writers: holders,
  owners: holders,
  totalUserShares: z.number().int(),
  totalGroupShares: z.number().int(),
});

export const status = z.object({ status: z.boolean() });

/** Where rows come from or go to: a host and the credential for it. */
export const dataSourceIn = z.object({
  remoteHostId: id,
  credentialId: id,
  additionalCredentials: listOf(id).optional(),
});

export type DataSourceIn = z.output<typeof dataSourceIn>;

export const dataSource = z.object({
  remoteHostId: z.number().int(),
  credentialId: z.number().int(),
  additionalCredentials: z.array(z.number().int()),
  name: z.string(),
});
