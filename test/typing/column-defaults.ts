// Promises of the types of defaults: what functions are told of a row needs no annotation. Checked by tsc.
import { Column, type DefaultContext, Integer, MetaData, String, table } from 'tsalchemy'

const things = table('things', new MetaData(), {
  plain: Column(Integer, { default: () => 5 }),
  counted: Column(Integer, { default: (context) => Object.keys(context.currentParameters).length }),
  taken: Column(String, { default: ({ currentParameters }) => `${currentParameters.counted}`, nullable: true }),
  sorted: Column(String, { onUpdate: ({ sort }) => sort }),
  annotated: Column(String, { default: ({ sort }: DefaultContext) => sort }),
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
