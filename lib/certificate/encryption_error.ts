/** Why a file behind a password is not as it would be made today; the message is for people. */
export class EncryptionError extends Error {
  override readonly name = "SealFault";
}
