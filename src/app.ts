/** The composition root: the only place that knows every part, and the order in which they start and end. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import { expiredOf } from './api/expired.ts';
import { formsOf } from './api/forms.ts';
import { createApi } from './api/server.ts';
import { makeBackup } from './backup/make.ts';
import type { Config } from './config.ts';
import { systemClock } from './domain/clock.ts';
import { asHeadgateError, HeadgateError } from './domain/error.ts';
import { parseHosts } from './domain/hook-request.ts';
import { startDeliveries } from './jobs/deliveries.ts';
import { startForwards } from './jobs/forwards.ts';
import { wake } from './jobs/queue.ts';
import { startScheduler, type Scheduler } from './jobs/scheduler.ts';
import { TestClock } from './jobs/test-clock.ts';
import { startUpkeep } from './jobs/upkeep.ts';
import { startWorker, type ExecutePartition } from './jobs/worker.ts';
import { loopback, parseNetworks } from './net/addresses.ts';
import { clientAddress } from './net/client-address.ts';
import { guardedNet } from './net/net.ts';
import { openLog, type ProcessLog } from './observe/log.ts';
import { openTraces } from './observe/traces.ts';
import type { Watch } from './observe/watch.ts';
import { hookFetchOf } from './notify/hook-fetch.ts';
import { mailer, type SendMail } from './notify/smtp.ts';
import { forwardOf } from './operations/forwarders/forward.ts';
import { newKey, parseToken, tokenOf } from './operations/keys/key.ts';
import { senderOf } from './operations/notifications/send.ts';
import type { Ports } from './operations/operation.ts';
import { ensureWarehouse } from './operations/warehouse/warehouse.ts';
import { createSample } from './operations/sample.ts';
import { executeRun } from './operations/runs/execute.ts';
import { stageTaken } from './operations/runs/stage-partition.ts';
import { isLoopback } from './safety.ts';
import { serverFile } from './server-file.ts';
import { migrationsFolder, openDatabase, openState } from './state.ts';
import type { OpenDb } from './store/db.ts';
import { countKeys, insertKey, setAdminKey } from './store/keys.ts';
import { serverPrincipal } from './store/principals.ts';
import { freeLeases } from './store/leases.ts';
import { Desk } from './review/desk.ts';
import { LocalStorage, objectsFolder } from './storage/local.ts';
import type { Storage } from './storage/storage.ts';
import { readMigrations } from './store/migrate.ts';
import { settleWarehouse } from './warehouse/place.ts';
import { Warehouses } from './warehouse/supervisor.ts';
import { loadMasterKey, masterKeyText, offerMasterKey, settleMasterKey, type MasterKey } from './store/master-key.ts';
import { rotatedTo, rotateSecrets, withHashing } from './store/rotate.ts';

/** What people may expect of the server, as its settings say it. */
const promisesOf = (config: Config) => ({
  ...(config.publicUrl !== undefined && { publicUrl: config.publicUrl }),
  ...(config.timeZone !== undefined && { timeZone: config.timeZone }),
  reviewDays: config.reviewDays,
  reviewLogin: config.reviewLogin,
  mergeDelay: config.mergeDelay,
  fileLimits: { file: config.fileLimit, workspace: config.filesLimit },
  importLimits: {
    creates: config.importCreates,
    polls: config.importPolls,
    linkSeconds: config.importLinkMinutes * 60,
    dataBytes: config.importDataBytes,
    trialRows: config.importTrialRows,
    page: config.importPage,
    window: config.importWindow,
    uploadSeconds: config.importUploadHours * 3600,
  },
});

export interface App extends AsyncDisposable {
  /** Absent = this process serves no API. */
  readonly url?: string;
  /** The token of the key that the very first start made; it is stored nowhere. */
  readonly firstKey?: string;
  /** What its owner should know about how it is set up. */
  readonly notes: readonly string[];
}

/** Throws what stands in the way: `state.locked`, `state.embedded`, `state.newer`, `config.invalid`. */
export async function startApp(config: Config, version: string): Promise<App> {
  await using parts = new AsyncDisposableStack();
  const { dataDir } = config;
  const db = await openState(config, parts);
  if (config.databaseUrl === undefined) await freeLeases(db);
  const key = await openKey(db, config);
  const clock = config.testClock ? await TestClock.open(db, config.testClock) : systemClock;
  const warehouses = parts.use(new Warehouses());
  const { net, fileRoots, notes } = reachOf(config);
  const proxies = parseNetworks(config.trustedProxies);
  const migrations = (await readMigrations(migrationsFolder)).map(({ number }) => number);
  const ports: Ports = {
    db,
    key,
    dataDir,
    clock,
    net,
    fileRoots,
    migrations,
    wake,
    reviews: parts.use(new Desk()),
    openDuck: warehouses.open.bind(warehouses),
    mails: config.smtpUrl !== undefined,
    storage: await openStorage(config),
    ...promisesOf(config),
    ...(proxies && { clientOf: (remote, forwarded) => clientAddress(remote, forwarded, proxies) }),
    ...fetchOf(config),
  };
  const watch = { log: logOf(config), traces: await openTraces(process.env, version) };
  parts.defer(async () => await watch.traces.stop());
  const former = await settleWarehouse(dataDir);
  await ensureWarehouse(db, 1);
  const first = (await countKeys(db)) === 0;
  const firstKey = await prepareKeys(db, ports, config.adminKey, first);
  if (first && config.sample) await createSample(ports, 1, fileURLToPath(new URL('../examples/contacts.csv', import.meta.url)));
  const scheduler = config.role === 'api' ? undefined : await startJobs(config, db, ports, watch, parts);
  // Its own checks allow a test clock only where this process does everything.
  const moved = clock instanceof TestClock && scheduler;
  const testClock = moved && { advance: async (to: Date, signal: AbortSignal) => await clock.advance(to, scheduler, signal) };
  const masterKey = await masterKeyText(dataDir, config.masterKey);
  const installation = masterKey === undefined ? undefined : { ...ports, db, version, masterKey };
  const backup =
    installation && ((passphrase: string | undefined, signal: AbortSignal) => makeBackup(installation, passphrase, signal));
  const served = { ...ports, ...(testClock && { testClock }), ...(backup && { backup }) };
  const url = config.role === 'worker' ? undefined : await listen(config, served, version, watch, parts);
  const running = parts.move();
  return {
    ...(url !== undefined && { url }),
    ...(firstKey !== undefined && { firstKey }),
    notes: former === undefined ? notes : [...notes, `${former} is an earlier warehouse: it was left as it is`],
    [Symbol.asyncDispose]: async () => await running.disposeAsync(),
  };
}

/** Who serves only this machine serves its owner, whose databases stand beside it; others start with nothing but the internet. */
function reachOf({ role, host, allowNetworks, fileRoots }: Config): Pick<Ports, 'net' | 'fileRoots'> & Pick<App, 'notes'> {
  const local = role !== 'worker' && isLoopback(host);
  const opened = [allowNetworks, local ? loopback : ''].filter((text) => text !== '').join(', ');
  const networks = opened === '' ? 'the internet only' : `the internet and ${opened}`;
  const folders = fileRoots.length === 0 ? 'none but its own' : fileRoots.join(', ');
  const notes = [`connections may lead to ${networks}; folders that they may read: ${folders}`];
  return { net: guardedNet(opened), fileRoots, notes };
}

/** Where the network of hooks ends: hosts that were named, and of private networks those that were opened, never this machine by itself. */
function fetchOf({ hookHosts, allowNetworks }: Config): Pick<Ports, 'hookFetch'> {
  const rules = parseHosts(hookHosts) ?? [];
  return rules.length === 0 ? {} : { hookFetch: hookFetchOf(rules, guardedNet(allowNetworks)) };
}

/** Uploaded files: in a bucket where one is named, else in the data directory. */
async function openStorage(config: Config): Promise<Storage> {
  const { dataDir, s3Bucket, s3Endpoint, s3Region, s3PathStyle, s3Prefix, s3AccessKey, s3SecretKey, s3Direct } = config;
  if (s3Bucket === undefined || s3AccessKey === undefined || s3SecretKey === undefined) {
    return new LocalStorage(join(dataDir, objectsFolder));
  }
  const { S3Storage } = await import('./storage/s3.ts');
  return new S3Storage({
    bucket: s3Bucket,
    endpoint: s3Endpoint ?? `https://s3.${s3Region}.amazonaws.com`,
    region: s3Region,
    pathStyle: s3PathStyle ?? s3Endpoint !== undefined,
    prefix: s3Prefix,
    accessKey: s3AccessKey,
    secretKey: s3SecretKey,
    direct: s3Direct,
  });
}

/** The scheduler ends first: what it dispatched is handed back by the worker or waits for the next one. */
async function startJobs(
  config: Config,
  db: OpenDb,
  ports: Ports,
  watch: Watch,
  parts: AsyncDisposableStack,
): Promise<Scheduler> {
  const { concurrency, perConnection, perWorkspace, spreadFrom, spreadReaders } = config;
  const execute: ExecutePartition = async (run, job, partition, of) => await stageTaken(run, job, partition, { ...ports, ...of });
  const spread = { fromBytes: spreadFrom, readers: spreadReaders, execute };
  const options = { concurrency, limits: { perConnection, perWorkspace }, clock: ports.clock, watch, spread };
  const worker = await startWorker(db, (run, of) => executeRun(run, { ...ports, ...of }), options);
  parts.defer(async () => await worker.stop(config.grace * 1000));
  const deliveries = startDeliveries(db, ports.clock, senderOf(ports, mailOf(config), formsOf(ports)), watch.log);
  parts.defer(async () => await deliveries.stop());
  const forwards = startForwards(db, ports.clock, forwardOf(ports), watch.log);
  parts.defer(async () => await forwards.stop());
  const upkeep = startUpkeep({ ...ports, db }, config, watch.log);
  parts.defer(async () => await upkeep.stop());
  const scheduler = await startScheduler(db, ports.clock, watch.log, expiredOf(ports));
  parts.defer(async () => await scheduler.stop());
  return scheduler;
}

/** Beside what the command itself prints. */
function logOf({ logLevel, logFormat }: Config): ProcessLog {
  const format = logFormat === 'auto' ? (process.stderr.isTTY ? 'text' : 'json') : logFormat;
  return openLog({ level: logLevel, format, write: (line) => void process.stderr.write(line) });
}

const mailOf = ({ smtpUrl, mailFrom }: Config): SendMail | undefined =>
  smtpUrl === undefined || mailFrom === undefined ? undefined : mailer({ url: smtpUrl, from: mailFrom });

/** The master key that this state was last rotated to, with the hashing key of its API keys. */
async function openKey(db: OpenDb, { dataDir, masterKey }: Config): Promise<MasterKey> {
  await settleMasterKey(dataDir, await rotatedTo(db));
  return await withHashing(db, await loadMasterKey(dataDir, masterKey));
}

/**
 * While no server runs: a new master key, of `given` or made here. Resolves to how many secrets were wrapped anew. Throws
 * `state.locked`, `secret.sealed`, `config.invalid`.
 */
export async function rotateMasterKey(config: Config, given: string | undefined): Promise<number> {
  await using parts = new AsyncDisposableStack();
  const { dataDir, masterKey } = config;
  if ((masterKey === undefined) !== (given === undefined)) {
    throw new HeadgateError(
      'config.invalid',
      'rotating the master key: HEADGATE_MASTER_KEY and HEADGATE_NEW_MASTER_KEY come together',
    );
  }
  const db = await openState({ ...config, role: 'all' }, parts);
  const from = await openKey(db, config);
  const to = given === undefined ? await offerMasterKey(dataDir) : await loadMasterKey(dataDir, given);
  const count = await rotateSecrets(db, from, to);
  await settleMasterKey(dataDir, to.id);
  return count;
}

/** While no server runs on the data directory. Throws `state.locked` where one does, `backup.target` where there is no state. */
export async function backupStopped(
  config: Config,
  version: string,
  passphrase: string | undefined,
  signal: AbortSignal,
  write: (archive: Readable) => Promise<void>,
): Promise<void> {
  await using parts = new AsyncDisposableStack();
  const { dataDir } = config;
  const masterKey = await masterKeyText(dataDir, config.masterKey);
  if (masterKey === undefined) throw new HeadgateError('backup.target', `backing up ${dataDir}: no server has ever run on it`);
  const db = await openDatabase({ ...config, role: 'all' }, parts);
  const { net, fileRoots } = reachOf(config);
  const key = await openKey(db, config);
  await write(makeBackup({ db, dataDir, net, fileRoots, key, version, masterKey }, passphrase, signal));
}

/** The key of the environment, or at the very first start one of our own. */
async function prepareKeys(db: OpenDb, { key }: Ports, admin: string | undefined, first: boolean): Promise<string | undefined> {
  const given = admin === undefined ? undefined : parseToken(admin);
  if (given) await setAdminKey(db, given.id, key.hash(given.secret));
  if (given || !first) return undefined;
  const made = newKey();
  await insertKey(db, {
    id: made.id,
    workspace: null,
    principal_id: serverPrincipal,
    name: 'admin',
    kind: 'backend',
    secret_hash: key.hash(made.secret),
    scopes: ['*'],
  });
  return tokenOf(made);
}

async function listen(config: Config, ports: Ports, version: string, watch: Watch, parts: AsyncDisposableStack): Promise<string> {
  const { host, port } = config;
  const answer = getRequestListener(createApi(ports, version, config.rateLimit, undefined, watch).fetch);
  const tls = await readTls(config);
  const onRequest = (incoming: IncomingMessage, outgoing: ServerResponse): void => void answer(incoming, outgoing);
  const server = tls ? createTlsServer(tls, onRequest) : createServer(onRequest);
  // An upload may take days; who sends nothing is let go by whoever waits for it, and headers still have their minute.
  server.requestTimeout = 0;
  await new Promise<void>((ready, fail) => server.once('error', fail).listen(port, host, ready)).catch((error: unknown) => {
    const busy = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!busy) throw asHeadgateError(error, `listening on ${host}:${port}`);
    throw new HeadgateError('config.invalid', `listening on ${host}:${port}: another program does already`, {
      hint: 'choose another port with --port',
    });
  });
  parts.defer(async () => await close(server));
  // A listening TCP server has an address of this kind.
  const { port: bound } = server.address() as AddressInfo;
  const url = `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${bound}`;
  const path = join(config.dataDir, serverFile);
  await writeFile(path, JSON.stringify({ url }), { mode: 0o600 });
  parts.defer(async () => await rm(path, { force: true }));
  return url;
}

async function readTls({ tlsCert, tlsKey }: Config): Promise<{ readonly cert: string; readonly key: string } | undefined> {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  try {
    const pair = { cert: await readFile(tlsCert, 'utf8'), key: await readFile(tlsKey, 'utf8') };
    createSecureContext(pair);
    return pair;
  } catch (cause) {
    throw new HeadgateError(
      'config.invalid',
      'reading HEADGATE_TLS_CERT and HEADGATE_TLS_KEY: no PEM files that belong together',
      {
        cause,
      },
    );
  }
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((done) => void server.close(() => done()));
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), 5_000).unref();
  await closed;
}
