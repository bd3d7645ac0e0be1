// libpq's connection parameters: which there are, which variable of the environment stands for each, and which have no effect here.

/** Names of libpq's parameters that are obeyed here. */
export type LibpqParameter =
  | 'host'
  | 'hostaddr'
  | 'port'
  | 'dbname'
  | 'user'
  | 'password'
  | 'passfile'
  | 'service'
  | 'servicefile'
  | 'require_auth'
  | 'channel_binding'
  | 'connect_timeout'
  | 'client_encoding'
  | 'options'
  | 'application_name'
  | 'fallback_application_name'
  | 'keepalives'
  | 'keepalives_idle'
  | 'target_session_attrs'
  | 'load_balance_hosts'
  | 'sslmode'
  | 'sslnegotiation'
  | 'sslrootcert'
  | 'sslcert'
  | 'sslkey'
  | 'sslpassword'
  | 'sslcertmode'
  | 'sslcrl'
  | 'sslcrldir'
  | 'sslsni'
  | 'ssl_min_protocol_version'
  | 'ssl_max_protocol_version'
  | 'gssencmode'
  | 'requirepeer'
  | 'replication'
  | 'min_protocol_version'
  | 'max_protocol_version'
  | 'timezone'
  | 'geqo'

/** A parameter's variable of the environment; null where libpq has none. */
const VARIABLES: Readonly<Record<LibpqParameter, string | null>> = {
  host: 'PGHOST',
  hostaddr: 'PGHOSTADDR',
  port: 'PGPORT',
  dbname: 'PGDATABASE',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  passfile: 'PGPASSFILE',
  service: 'PGSERVICE',
  servicefile: 'PGSERVICEFILE',
  require_auth: 'PGREQUIREAUTH',
  channel_binding: 'PGCHANNELBINDING',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  client_encoding: 'PGCLIENTENCODING',
  options: 'PGOPTIONS',
  application_name: 'PGAPPNAME',
  fallback_application_name: null,
  keepalives: null,
  keepalives_idle: null,
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  load_balance_hosts: 'PGLOADBALANCEHOSTS',
  sslmode: 'PGSSLMODE',
  sslnegotiation: 'PGSSLNEGOTIATION',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslpassword: null,
  sslcertmode: 'PGSSLCERTMODE',
  sslcrl: 'PGSSLCRL',
  sslcrldir: 'PGSSLCRLDIR',
  sslsni: 'PGSSLSNI',
  ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
  ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION',
  gssencmode: 'PGGSSENCMODE',
  requirepeer: 'PGREQUIREPEER',
  replication: null,
  min_protocol_version: 'PGMINPROTOCOLVERSION',
  max_protocol_version: 'PGMAXPROTOCOLVERSION',
  // What libpq sends as settings of the session.
  timezone: 'PGTZ',
  geqo: 'PGGEQO',
}

/** Pairs of parameter and variable. */
export const ENVIRONMENT: readonly (readonly [LibpqParameter, string])[] = (
  Object.entries(VARIABLES) as [LibpqParameter, string | null][]
).flatMap(([name, variable]) => (variable === null ? [] : [[name, variable] as const]))

/** Parameters of our own: those in milliseconds say so, others are settings of the session by their own names. */
export type OwnParameter =
  | 'ssl'
  | 'connect_timeout_ms'
  | 'failover_timeout_ms'
  | 'cancel_grace_ms'
  | 'scram_max_iterations'
  | 'statement_cache_size'
  | 'pooler'

const OWN: readonly OwnParameter[] = [
  'ssl',
  'connect_timeout_ms',
  'failover_timeout_ms',
  'cancel_grace_ms',
  'scram_max_iterations',
  'statement_cache_size',
  'pooler',
]

/** Settings of the session that are taken as parameters, sent as they are: `statement_timeout=5s`. */
export const SESSION_SETTINGS: readonly SessionSetting[] = [
  'search_path',
  'timezone',
  'geqo',
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'transaction_timeout',
  'default_transaction_isolation',
  'default_transaction_read_only',
]

/** Settings of the session that are taken as parameters. */
export type SessionSetting =
  | 'search_path'
  | 'timezone'
  | 'geqo'
  | 'statement_timeout'
  | 'lock_timeout'
  | 'idle_in_transaction_session_timeout'
  | 'idle_session_timeout'
  | 'transaction_timeout'
  | 'default_transaction_isolation'
  | 'default_transaction_read_only'

/** All names that have an effect. */
export type ParameterName = LibpqParameter | OwnParameter | SessionSetting

/** All names that have an effect. */
export const KNOWN: readonly ParameterName[] = [
  ...new Set<ParameterName>([...(Object.keys(VARIABLES) as LibpqParameter[]), ...OWN, ...SESSION_SETTINGS]),
]

/** Parameters of libpq and of other drivers that have no effect here, and why: they are warned of. */
export const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  keepalives_interval: 'Node.js leaves it to the operating system; keepalives_idle is obeyed',
  keepalives_count: 'Node.js leaves it to the operating system; keepalives_idle is obeyed',
  tcp_user_timeout: 'Node.js cannot set it; statements have signals and statement_timeout',
  krbsrvname: 'there is no GSSAPI here',
  gsslib: 'there is no GSSAPI here',
  gssdelegation: 'there is no GSSAPI here',
  sslcompression: 'TLS is never compressed',
  sslkeylogfile: 'no keys are written; Node.js has --tls-keylog',
  datestyle: 'the driver relies on its own',
}

/** Words of node-postgres for what is so anyway. */
export const TAKEN_FOR_GRANTED: readonly string[] = ['uselibpqcompat']
