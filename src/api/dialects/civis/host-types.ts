/** What the vendor calls systems, and which of our connectors opens one. Facts as data. */

interface HostType {
  /** Absent = this server cannot open one yet. */
  readonly connector?: string;
  readonly database: boolean;
}

export const hostTypes: Readonly<Record<string, HostType>> = {
  'RemoteHostTypes::Postgres': { connector: 'postgres', database: true },
  'RemoteHostTypes::Redshift': { connector: 'postgres', database: true },
  'RemoteHostTypes::Mysql': { connector: 'mysql', database: true },
  'RemoteHostTypes::DuckDb': { connector: 'duckdb', database: true },
  'RemoteHostTypes::JDBC': { database: true },
  'RemoteHostTypes::Bigquery': { database: true },
  'RemoteHostTypes::Snowflake': { database: true },
  'RemoteHostTypes::S3Storage': { database: false },
  'RemoteHostTypes::GoogleDoc': { database: false },
  'RemoteHostTypes::Salesforce': { database: false },
  'RemoteHostTypes::BSD': { database: false },
  'RemoteHostTypes::Sftp': { database: false },
};

const byConnector: Readonly<Record<string, string>> = {
  postgres: 'RemoteHostTypes::Postgres',
  mysql: 'RemoteHostTypes::Mysql',
  duckdb: 'RemoteHostTypes::DuckDb',
};

export const typeOf = (connector: string): string => byConnector[connector] ?? 'RemoteHostTypes::JDBC';
