/** Why a file behind a password is not as it would be made today; the message is for people. */
export class SealFault extends Error {
  override readonly name = "SealFault";
}
