import { ImageUp } from 'lucide-react'
import { useRef } from 'react'
import { samples, takePicture, takeSample } from '../../engine/picture'
import { Button } from '../../ui/Button'
import { Menu } from '../../ui/Menu'

const icon = { size: 14, strokeWidth: 1.6, 'aria-hidden': true } as const

/** Samples and people's own pictures; dropping and pasting work anywhere on the page. */
export function PictureMenu() {
  const file = useRef<HTMLInputElement>(null)
  return (
    <>
      <Menu
        items={[
          { label: 'Choose a file…', onSelect: () => file.current?.click() },
          'line',
          ...samples.map((sample) => ({ label: sample.name, onSelect: () => void takeSample(sample) })),
        ]}
      >
        <Button className="picture-button" icon={<ImageUp {...icon} />}>
          Picture
        </Button>
      </Menu>
      <input
        ref={file}
        type="file"
        accept="image/*"
        className="spoken"
        tabIndex={-1}
        aria-label="Picture file"
        onChange={(event) => {
          const chosen = event.target.files?.[0]
          if (chosen) void takePicture(chosen, chosen.name)
          event.target.value = ''
        }}
      />
    </>
  )
}
