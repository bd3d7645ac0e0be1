// The names of PostgreSQL's own types, which mean those types wherever no schema stands before them.

/** Of `pg_type`, without those of tables and of arrays. */
const OF_THE_CATALOG =
  'aclitem any anyarray anycompatible anycompatiblearray anycompatiblemultirange anycompatiblenonarray anycompatiblerange anyelement anyenum anymultirange anynonarray anyrange bit bool box bpchar bytea char cid cidr circle cstring date datemultirange daterange event_trigger fdw_handler float4 float8 gtsvector index_am_handler inet int2 int2vector int4 int4multirange int4range int8 int8multirange int8range internal interval json jsonb jsonpath language_handler line lseg macaddr macaddr8 money name numeric nummultirange numrange oid oid8 oidvector path pg_brin_bloom_summary pg_brin_minmax_multi_summary pg_ddl_command pg_dependencies pg_lsn pg_mcv_list pg_ndistinct pg_node_tree pg_snapshot point polygon record refcursor regclass regcollation regconfig regdatabase regdictionary regnamespace regoper regoperator regproc regprocedure regrole regtype table_am_handler text tid time timestamp timestamptz timetz trigger tsm_handler tsmultirange tsquery tsrange tstzmultirange tstzrange tsvector txid_snapshot unknown uuid varbit varchar void xid xid8 xml'
/** Of the grammar: words that stand for one of them. */
const OF_THE_GRAMMAR = 'bigint boolean character dec decimal float int integer national nchar real setof smallint'

/** The names that no type of the user's can have outside of a schema. */
export const OWN_TYPE_NAMES: ReadonlySet<string> = new Set(`${OF_THE_CATALOG} ${OF_THE_GRAMMAR}`.split(' '))
