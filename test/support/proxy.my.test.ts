import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createConnection } from 'mysql2/promise';
import { startMariadb } from './mariadb.ts';
import { startProxy } from './proxy.ts';

const server = await startMariadb();
after(() => server.stop());

test('a lost reply to COMMIT: the client sees a lost connection, the rows are there', async () => {
  await using proxy = await startProxy(server.port, 'mysql');
  const url = await server.database();
  await server.sql(url, 'create table t (a int) engine = InnoDB');
  const happened = proxy.arm({ kind: 'lose-commit-reply', skip: 1 });
  const insert = async (number: number): Promise<void> => {
    const connection = await createConnection(proxy.url(url));
    connection.on('error', () => undefined);
    try {
      for (const statement of ['start transaction', `insert into t values (${number})`, 'commit'])
        await connection.query(statement);
    } finally {
      connection.destroy();
    }
  };
  await insert(1);
  await assert.rejects(insert(2));
  await happened;
  await insert(3);
  assert.deepEqual(await server.sql(url, 'select a from t order by a'), [['1'], ['2'], ['3']]);
});
