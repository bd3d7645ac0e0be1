// The tables of SQLAlchemy's Unified Tutorial.

import { Column, Integer, MetaData, String as Str, table } from 'tsalchemy'

export const metadata = new MetaData()
export const userTable = table('user_account', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(Str(30), { nullable: true }),
  fullname: Column(Str, { nullable: true }),
})
export const addressTable = table('address', metadata, {
  id: Column(Integer, { primaryKey: true }),
  user_id: Column(Integer, { foreignKey: 'user_account.id' }),
  email_address: Column(Str),
})
