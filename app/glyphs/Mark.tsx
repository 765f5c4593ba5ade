/** The mark: vertebrae on a spine. */
export const Mark = ({ size = 20 }: { readonly size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 20 20" fill="currentColor" aria-hidden="true">
    <rect x="9.1" y="1" width="1.8" height="18" rx="0.9" />
    <rect x="6" y="2.6" width="8" height="2.6" rx="1.3" />
    <rect x="3" y="6.6" width="14" height="2.8" rx="1.4" />
    <rect x="2" y="10.8" width="16" height="2.8" rx="1.4" />
    <rect x="5" y="15" width="10" height="2.6" rx="1.3" />
  </svg>
)
