// Types made of types, which the list of edges does not have: domains, composite types and arrays over all sorts.
import { ARRAY, BigInteger, Double, Integer, Numeric, Range, type SqlType, Text } from 'tsalchemy'
import {
  CITEXT,
  Composite,
  Domain,
  HSTORE,
  INT4RANGE,
  INT8MULTIRANGE,
  JSONB,
  MONEY,
  NUMRANGE,
  RangeOf,
  TSTZMULTIRANGE,
} from 'tsalchemy/postgresql'
import { EDGES, type Edges } from './edges.ts'

const any = (type: unknown): SqlType<unknown> => type as SqlType<unknown>

const LEVEL = any(EDGES.find(({ name }) => name === 'Enum')?.type)
const SPAN = RangeOf('ways span', Double)
const INNER = Composite('ways inner', { words: ARRAY(Text), span: INT4RANGE, doc: JSONB<unknown>(), level: LEVEL })
const OUTER = Composite('ways outer', { inner: INNER, many: ARRAY(INNER), amount: Numeric })
const FILLED = { words: ['a"b', null, '{}'], span: new Range(1, 3), doc: { a: [1, null] }, level: '(a)' }
const HOLLOW = { words: null, span: null, doc: null, level: null }

export const MADE: readonly Edges[] = [
  { name: 'Money', type: MONEY, values: ['$1.50', '-$1,234.56'] },
  { name: 'Hstore', type: HSTORE as SqlType, values: [{}, { a: null, '': 'x', 'q"': '\\', NULL: 'NULL' }] },
  { name: 'Citext', type: CITEXT, values: ['', 'Ab', 'ß'] },
  { name: 'Numeric(10, 2)', type: Numeric(10, 2), values: ['0.00', '-12345678.90', 'NaN'] },
  { name: 'Domain of arrays', type: Domain('ways list', ARRAY(Integer)), values: [[], [1, null]], isArray: true },
  { name: 'Domain of documents', type: any(Domain('ways doc', JSONB())), values: [{ a: 1 }, [1], 'x'], isArray: true },
  { name: 'Domain of numerics', type: Domain('ways digits', Numeric), values: ['1.50', '9007199254740993'] },
  {
    name: 'Composite of composites',
    type: any(OUTER),
    values: [
      { inner: FILLED, many: [FILLED, null, HOLLOW], amount: '1.50' },
      { inner: HOLLOW, many: [], amount: null },
      { inner: null, many: null, amount: 'NaN' },
    ],
  },
  {
    name: 'ARRAY of composites',
    type: any(ARRAY(OUTER)),
    values: [[], [null, { inner: FILLED, many: null, amount: '0' }]],
    isArray: true,
  },
  { name: 'ARRAY of enumerations', type: any(ARRAY(LEVEL)), values: [[], ['NULL', null, '', '{a,b}']], isArray: true },
  {
    name: 'ARRAY of documents',
    type: any(ARRAY(JSONB(), { dimensions: 1 })),
    values: [[], [{ a: [1] }, null, 'x', 1]],
    isArray: true,
  },
  {
    name: 'ARRAY of ranges',
    type: any(ARRAY(NUMRANGE)),
    values: [[new Range('1.0', null), null, Range.empty()]],
    isArray: true,
  },
  {
    name: 'ARRAY of numerics in two dimensions',
    type: any(ARRAY(Numeric, { dimensions: 2 })),
    values: [
      [
        ['1.50', null],
        ['NaN', '0'],
      ],
    ],
    isArray: true,
  },
  { name: 'ARRAY of bigints', type: any(ARRAY(BigInteger)), values: [[1n, null, -(2n ** 63n)]], isArray: true },
  {
    name: 'INT8MULTIRANGE',
    type: any(INT8MULTIRANGE),
    values: [[], [new Range(1n, 2n), new Range(2n ** 62n, null)]],
    isArray: true,
  },
  { name: 'TSTZMULTIRANGE', type: any(TSTZMULTIRANGE), values: [[new Range(new Date(0), new Date(1))]], isArray: true },
  { name: 'range of its own', type: any(SPAN), values: [new Range(0.1, 2), new Range(null, 1e21, '()')] },
  { name: 'multirange of its own', type: any(SPAN.multirange), values: [[], [new Range(0.1, 2)]], isArray: true },
]
