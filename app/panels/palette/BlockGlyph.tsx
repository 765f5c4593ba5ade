/** A block on the spine: what groups and block templates look like as line art. */
export const BlockGlyph = ({ size = 16 }: { readonly size?: number }) => (
  <svg
    width={size}
    height={size}
    viewBox="0 0 16 16"
    fill="none"
    stroke="currentColor"
    strokeWidth={1.5}
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    <path d="M1 8h3M12 8h3M8 8h0" />
    <rect x="4" y="5.5" width="3" height="5" rx="0.8" />
    <rect x="9" y="5.5" width="3" height="5" rx="0.8" />
    <path d="M7 8h2" />
  </svg>
)
