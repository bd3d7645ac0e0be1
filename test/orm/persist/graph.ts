// A graph of objects beside a plain model of what the database must hold: random operations change both.
import { select } from 'tsalchemy'
import { joinedload, mapped, type Session, type SessionTransaction, selectinload } from 'tsalchemy/orm'
import { Address, Node, Purchase, Tag, User } from '../session/models.ts'

/** One operation; the numbers choose among what is there. */
export interface Operation {
  readonly name: string
  readonly first: number
  readonly second: number
  readonly flag: boolean
}

/** What the database must hold, by the unique names that all objects have. */
export interface Expected {
  readonly users: Set<string>
  readonly addresses: Map<string, string>
  readonly purchases: Map<string, { buyer: string | null; tags: Set<string> }>
  readonly tags: Set<string>
  readonly nodes: Map<string, string | null>
}

/** Objects by name, and what must become of them. */
export class Graph {
  readonly session: Session
  expected: Expected = {
    users: new Set(),
    addresses: new Map(),
    purchases: new Map(),
    tags: new Set(),
    nodes: new Map(),
  }
  #users: Map<string, User> = new Map()
  #addresses: Map<string, Address> = new Map()
  #purchases: Map<string, Purchase> = new Map()
  #tags: Map<string, Tag> = new Map()
  #nodes: Map<string, Node> = new Map()
  #count = 0
  /** How things stood at the last commit, and at each savepoint since. */
  #committed: Moment
  #savepoints: { readonly handle: SessionTransaction; readonly moment: Moment }[] = []

  constructor(session: Session) {
    this.session = session
    this.#committed = this.#now()
  }

  static readonly operations: readonly string[] = [
    'newUser',
    'newAddress',
    'newPurchase',
    'newTag',
    'newNode',
    'rename',
    'moveAddress',
    'dropAddress',
    'setBuyer',
    'tag',
    'untag',
    'replaceTags',
    'setParent',
    'deleteUser',
    'deletePurchase',
    'deleteTag',
    'deleteNode',
    'flush',
    'commit',
    'reload',
    'assignChild',
    'clearChildren',
    'forget',
    'rollback',
    'savepoint',
    'release',
    'rollbackTo',
  ]

  async run(operation: Operation): Promise<void> {
    const method = (this as unknown as Record<string, (of: Operation) => Promise<void> | void>)[operation.name]
    await method?.call(this, operation)
  }

  #name(): string {
    this.#count += 1
    return `n${this.#count}`
  }

  newUser(): void {
    const name = this.#name()
    const user = new User({ name })
    this.session.add(user)
    this.#users.set(name, user)
    this.expected.users.add(name)
  }

  newAddress({ first, flag }: Operation): void {
    const user = pick(this.#users, first)
    if (user === null) return
    const email = this.#name()
    const address = new Address({ email })
    if (flag) user.addresses.push(address)
    else {
      address.user = user
      this.session.add(address)
    }
    this.#addresses.set(email, address)
    this.expected.addresses.set(email, user.name)
  }

  newPurchase({ first, flag }: Operation): void {
    const user = flag ? pick(this.#users, first) : null
    const title = this.#name()
    const purchase = new Purchase({ title, buyer: user })
    this.session.add(purchase)
    this.#purchases.set(title, purchase)
    this.expected.purchases.set(title, { buyer: user?.name ?? null, tags: new Set() })
  }

  newTag(): void {
    const word = this.#name()
    const tag = new Tag({ word })
    this.session.add(tag)
    this.#tags.set(word, tag)
    this.expected.tags.add(word)
  }

  newNode({ first, flag }: Operation): void {
    const parent = flag ? pick(this.#nodes, first) : null
    const label = this.#name()
    const node = new Node({ label })
    if (parent !== null) parent.children.push(node)
    else this.session.add(node)
    this.#nodes.set(label, node)
    this.expected.nodes.set(label, parent?.label ?? null)
  }

  rename({ first }: Operation): void {
    const user = pick(this.#users, first)
    if (user === null) return
    const before = user.name
    const name = this.#name()
    user.name = name
    this.#users.delete(before)
    this.#users.set(name, user)
    this.expected.users.delete(before)
    this.expected.users.add(name)
    for (const [email, owner] of this.expected.addresses) if (owner === before) this.expected.addresses.set(email, name)
    for (const purchase of this.expected.purchases.values()) if (purchase.buyer === before) purchase.buyer = name
  }

  moveAddress({ first, second, flag }: Operation): void {
    const address = pick(this.#addresses, first)
    const user = pick(this.#users, second)
    if (address === null || user === null) return
    if (flag) address.user = user
    else if (this.expected.addresses.get(address.email) !== user.name) user.addresses.push(address)
    this.expected.addresses.set(address.email, user.name)
  }

  dropAddress({ first, flag }: Operation): void {
    const address = pick(this.#addresses, first)
    if (address === null) return
    const { email } = address
    const owner = this.#users.get(this.expected.addresses.get(email) ?? '')
    if (flag || owner === undefined) address.user = null
    else (owner.addresses as Address[] & { remove(each: Address): boolean }).remove(address)
    this.#addresses.delete(email)
    this.expected.addresses.delete(email)
  }

  setBuyer({ first, second, flag }: Operation): void {
    const purchase = pick(this.#purchases, first)
    if (purchase === null) return
    const buyer = flag ? pick(this.#users, second) : null
    purchase.buyer = buyer
    const expected = this.expected.purchases.get(purchase.title)
    if (expected !== undefined) expected.buyer = buyer?.name ?? null
  }

  tag({ first, second, flag }: Operation): void {
    const purchase = pick(this.#purchases, first)
    const tag = pick(this.#tags, second)
    if (purchase === null || tag === null) return
    const tags = this.expected.purchases.get(purchase.title)?.tags
    if (tags === undefined || tags.has(tag.word)) return
    if (flag) purchase.tags.push(tag)
    else tag.purchases.push(purchase)
    tags.add(tag.word)
  }

  untag({ first, second, flag }: Operation): void {
    const purchase = pick(this.#purchases, first)
    if (purchase === null) return
    const tags = this.expected.purchases.get(purchase.title)?.tags
    const word = [...(tags ?? [])][second % Math.max(1, tags?.size ?? 0)]
    const tag = this.#tags.get(word ?? '')
    if (tags === undefined || word === undefined || tag === undefined) return
    if (flag) (purchase.tags as Tag[] & { remove(each: Tag): boolean }).remove(tag)
    else (tag.purchases as Purchase[] & { remove(each: Purchase): boolean }).remove(purchase)
    tags.delete(word)
  }

  replaceTags({ first, second }: Operation): void {
    const purchase = pick(this.#purchases, first)
    if (purchase === null) return
    const chosen = [...this.#tags.values()].filter((_, index) => ((second >> index) & 1) === 1)
    purchase.tags = chosen
    const expected = this.expected.purchases.get(purchase.title)
    if (expected !== undefined) expected.tags = new Set(chosen.map(({ word }) => word))
  }

  setParent({ first, second, flag }: Operation): void {
    const node = pick(this.#nodes, first)
    const parent = flag ? pick(this.#nodes, second) : null
    if (node === null) return
    if (parent !== null && this.#isBelow(parent.label, node.label)) return
    node.parent = parent
    this.expected.nodes.set(node.label, parent?.label ?? null)
  }

  async deleteUser({ first }: Operation): Promise<void> {
    const user = pick(this.#users, first)
    if (user === null || this.session.new.has(user)) return
    await this.session.delete(user)
    this.#users.delete(user.name)
    this.expected.users.delete(user.name)
    for (const [email, owner] of this.expected.addresses)
      if (owner === user.name) {
        this.expected.addresses.delete(email)
        this.#addresses.delete(email)
      }
    for (const purchase of this.expected.purchases.values()) if (purchase.buyer === user.name) purchase.buyer = null
  }

  async deletePurchase({ first }: Operation): Promise<void> {
    const purchase = pick(this.#purchases, first)
    if (purchase === null || this.session.new.has(purchase)) return
    await this.session.delete(purchase)
    this.#purchases.delete(purchase.title)
    this.expected.purchases.delete(purchase.title)
  }

  async deleteTag({ first }: Operation): Promise<void> {
    const tag = pick(this.#tags, first)
    if (tag === null || this.session.new.has(tag)) return
    await this.session.delete(tag)
    this.#tags.delete(tag.word)
    this.expected.tags.delete(tag.word)
    for (const { tags } of this.expected.purchases.values()) tags.delete(tag.word)
  }

  async deleteNode({ first }: Operation): Promise<void> {
    const node = pick(this.#nodes, first)
    if (node === null || this.session.new.has(node)) return
    await this.session.delete(node)
    this.#nodes.delete(node.label)
    this.expected.nodes.delete(node.label)
    for (const [label, parent] of this.expected.nodes) if (parent === node.label) this.expected.nodes.set(label, null)
  }

  flush(): Promise<void> {
    return this.session.flush()
  }

  async commit(): Promise<void> {
    await this.session.commit()
    this.#savepoints = []
    this.#committed = this.#now()
  }

  /** By index, behind the collection's back. */
  async assignChild({ first, second, flag }: Operation): Promise<void> {
    const parent = pick(this.#nodes, first)
    const child = pick(this.#nodes, second)
    if (parent === null || child === null || this.#isBelow(parent.label, child.label)) return
    const children = this.session.new.has(parent) ? parent.children : await parent.awaitable.children
    const last = children.length - 1
    if (children.includes(child) || (flag && last < 0)) return
    if (flag) {
      const lost = children[last] as Node
      children[last] = child
      // What was deleted is still shown by collections.
      if (this.expected.nodes.has(lost.label)) this.expected.nodes.set(lost.label, null)
    } else children[last + 1] = child
    this.expected.nodes.set(child.label, parent.label)
    await this.session.flush()
  }

  async clearChildren({ first, flag }: Operation): Promise<void> {
    const parent = pick(this.#nodes, first)
    if (parent === null) return
    const children = this.session.new.has(parent) ? parent.children : await parent.awaitable.children
    if (flag) children.length = 0
    else parent.children = []
    for (const [label, above] of this.expected.nodes) if (above === parent.label) this.expected.nodes.set(label, null)
    await this.session.flush()
  }

  /** Everything is loaded anew when it is asked for. */
  async forget(): Promise<void> {
    await this.session.flush()
    this.session.expireAll()
    await this.#remember()
  }

  async rollback(): Promise<void> {
    await this.session.rollback()
    this.#savepoints = []
    await this.#return(this.#committed)
  }

  async savepoint(): Promise<void> {
    const handle = await this.session.beginNested()
    this.#savepoints.push({ handle, moment: this.#now() })
  }

  async release(): Promise<void> {
    await this.#savepoints.pop()?.handle.commit()
  }

  async rollbackTo(): Promise<void> {
    const last = this.#savepoints.pop()
    if (last === undefined) return
    await last.handle.rollback()
    await this.#return(last.moment)
  }

  #isBelow(label: string, above: string): boolean {
    for (let at: string | null = label; at !== null; at = this.expected.nodes.get(at) ?? null)
      if (at === above) return true
    return false
  }

  #now(): Moment {
    return copyOf({
      expected: this.expected,
      objects: [this.#users, this.#addresses, this.#purchases, this.#tags, this.#nodes],
    })
  }

  /** The moment has come back; what objects say of themselves is to be loaded. */
  async #return(moment: Moment): Promise<void> {
    const { expected, objects } = copyOf(moment)
    this.expected = expected
    ;[this.#users, this.#addresses, this.#purchases, this.#tags, this.#nodes] = objects
    await this.#remember()
  }

  async #remember(): Promise<void> {
    const { session } = this
    await session.load([...this.#users.values()], 'name')
    await session.load([...this.#addresses.values()], 'email')
    await session.load([...this.#purchases.values()], 'title')
    await session.load([...this.#tags.values()], 'word')
    await session.load([...this.#nodes.values()], 'label')
  }

  /** All objects anew, with what belongs to them loaded in one way or another, or not at all. */
  async reload({ first }: Operation): Promise<void> {
    await this.commit()
    this.session.expungeAll()
    const [u, p, n] = [mapped(User), mapped(Purchase), mapped(Node)]
    const load = [null, selectinload, joinedload][first % 3] ?? null
    const { session } = this
    const users = select(User)
    const purchases = select(Purchase)
    const nodes = select(Node)
    this.#users = byName(
      await session.scalars(load === null ? users : users.options(load(u.addresses), load(u.purchases))).all(),
      ({ name }) => name,
    )
    this.#addresses = byName(await session.scalars(select(Address)).all(), ({ email }) => email)
    this.#purchases = byName(
      await session.scalars(load === null ? purchases : purchases.options(load(p.tags))).all(),
      ({ title }) => title,
    )
    this.#tags = byName(await session.scalars(select(Tag)).all(), ({ word }) => word)
    this.#nodes = byName(
      await session.scalars(load === null ? nodes : nodes.options(load(n.children))).all(),
      ({ label }) => label,
    )
    this.#committed = this.#now()
  }
}

/** How things stand. */
interface Moment {
  readonly expected: Expected
  readonly objects: readonly [
    Map<string, User>,
    Map<string, Address>,
    Map<string, Purchase>,
    Map<string, Tag>,
    Map<string, Node>,
  ]
}

function copyOf({ expected, objects: [users, addresses, purchases, tags, nodes] }: Moment): Moment {
  return {
    expected: {
      users: new Set(expected.users),
      addresses: new Map(expected.addresses),
      purchases: new Map(
        [...expected.purchases].map(([title, each]) => [title, { ...each, tags: new Set(each.tags) }]),
      ),
      tags: new Set(expected.tags),
      nodes: new Map(expected.nodes),
    },
    objects: [new Map(users), new Map(addresses), new Map(purchases), new Map(tags), new Map(nodes)],
  }
}

function pick<V>(from: ReadonlyMap<string, V>, number: number): V | null {
  return [...from.values()][number % Math.max(1, from.size)] ?? null
}

function byName<V>(objects: readonly V[], nameOf: (object: V) => string): Map<string, V> {
  return new Map(objects.map((object) => [nameOf(object), object]))
}
