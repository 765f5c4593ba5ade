import { usePictureStore } from '../../state/pictureStore'
import { Segmented } from '../../ui/Segmented'
import { mostSideBySide } from './featurePictures'
import { useFeatureStore } from './featureStore'

/** Where there are several pictures: the current one, or all of them side by side. */
export function PicturesChoice() {
  const count = usePictureStore((state) => state.pictures.length)
  const isAllPictures = useFeatureStore((state) => state.isAllPictures)
  const choose = useFeatureStore((state) => state.choose)
  if (count < 2) return null
  return (
    <Segmented
      label="Pictures shown"
      value={isAllPictures ? 'all' : 'current'}
      options={[
        { value: 'current', label: 'This picture' },
        { value: 'all', label: count > mostSideBySide ? `First ${mostSideBySide}` : `All ${count}` },
      ]}
      onChange={(chosen) => choose({ isAllPictures: chosen === 'all' })}
    />
  )
}
