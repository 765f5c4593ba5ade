interface Action {
  readonly label: string
  readonly onClick: () => void
}

interface Notice {
  readonly kind: 'info' | 'warning' | 'problem'
  readonly message: string
  readonly action?: Action | undefined
}

let show: ((notice: Notice) => void) | null = null
const waiting: Notice[] = []

/** Short messages at the bottom of the page: one line, at most one action, five seconds; problems stay until closed. */
export const notify = {
  info: (message: string, action?: Action) => send({ kind: 'info', message, action }),
  warning: (message: string) => send({ kind: 'warning', message }),
  problem: (message: string, action?: Action) => send({ kind: 'problem', message, action }),
}

function send(notice: Notice): void {
  if (show) show(notice)
  else waiting.push(notice)
}

/** What draws notices says so when it is there; until then they wait. */
export function showNotices(showOne: (notice: Notice) => void): () => void {
  show = showOne
  for (const notice of waiting.splice(0)) showOne(notice)
  return () => {
    show = null
  }
}
