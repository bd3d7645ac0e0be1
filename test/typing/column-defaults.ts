// Promises of the types of defaults: what functions are told of a row needs no annotation. Checked by tsc.
import { Column, DateTime, type DefaultContext, func, Integer, MetaData, String, select, table } from 'tsalchemy'

const words = table('words', new MetaData(), { word: Column(String), length: Column(Integer) }).c

const things = table('things', new MetaData(), {
  plain: Column(Integer, { default: () => 5 }),
  counted: Column(Integer, { default: (context) => Object.keys(context.currentParameters).length }),
  taken: Column(String, { default: ({ currentParameters }) => `${currentParameters.counted}`, nullable: true }),
  sorted: Column(String, { onUpdate: ({ sort }) => sort }),
  annotated: Column(String, { default: ({ sort }: DefaultContext) => sort }),
  selected: Column(String, { default: select(words.word) }),
  scalar: Column(String, {
    default: select(words.word).scalarSubquery(),
    onUpdate: select(words.word).scalarSubquery(),
  }),
  instant: Column(DateTime({ timezone: true }), { default: func.now(), onUpdate: func.now() }),
  wall: Column(DateTime, { default: func.localtimestamp() }),
  // @ts-expect-error a SELECT of another type
  number: Column(String, { default: select(words.length).scalarSubquery() }),
  // @ts-expect-error an instant in a column of wall clocks
  clock: Column(DateTime, { default: func.now() }),
  // @ts-expect-error a value of another type
  wrong: Column(String, { default: () => 5 }),
  // @ts-expect-error no such property of the context
  misspelt: Column(String, { default: ({ currentParmeters }) => String(currentParmeters) }),
  // @ts-expect-error no such option
  unknown: Column(String, { defualt: 'x' }),
})
// What may be left out is still told by the options.
export const omissible: readonly [true, true, true, false] = [
  true as NonNullable<(typeof things)['~definitions']['plain']['~omissible']>,
  true as NonNullable<(typeof things)['~definitions']['counted']['~omissible']>,
  true as NonNullable<(typeof things)['~definitions']['taken']['~omissible']>,
  false as NonNullable<(typeof things)['~definitions']['sorted']['~omissible']>,
]
export const taken: string | null = things['~columns'].taken
