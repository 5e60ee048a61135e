/** How many InMail credits an answer gives back to the lots that they were taken from: the books hold no lots. */
export function creditsReturnedBy(): number {
  return 0;
}
