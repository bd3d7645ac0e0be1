// The promises of orm-declarations.ts, checked under standard decorators: the file is part of this program too.
import './orm-declarations.ts'
