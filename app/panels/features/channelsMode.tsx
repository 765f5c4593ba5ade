import { ColourBar } from '../../figure/ColourBar'
import { formatValue } from '../../figure/ranges'
import { Checkbox } from '../../ui/Checkbox'
import { formatPercent } from '../../ui/formatNumber'
import { Select } from '../../ui/Select'
import { ChannelGrid } from './ChannelGrid'
import { channelOrders, deadWords, orderedChannels } from './channelOrder'
import { Facts } from './Facts'
import { channelFigure, channelRange } from './featureFigures'
import { forPictures, type Mode } from './mode'

/** Every channel as a thumbnail, and one of them on the picture. */
export const channelsMode: Mode = (shown, choice) => {
  const { channel: wanted, order, isOneRange, choose } = choice
  const { summary, every, channels } = shown.answer
  const ordered = orderedChannels(summary, every, order)
  const channel = wanted !== null && wanted < channels && wanted % every === 0 ? wanted : (ordered[0] ?? 0)
  const range = channelRange(shown, channel, isOneRange)
  const figures = forPictures(shown, (picture) => channelFigure(shown, picture, channel, range))
  const at = (values: Float32Array) => values[channel] ?? 0
  const dead = deadWords(summary)
  return {
    figures,
    bar: <ColourBar figure={figures[0]} />,
    description: `Mean ${formatValue(at(summary.mean))}, from ${formatValue(at(summary.smallest))} to ${formatValue(at(summary.largest))}.`,
    side: (
      <>
        <div className="features-side-head">
          <h3>
            Channels <span className="faint">{channels}</span>
            {shown.pictures.length > 1 && ` of ${shown.pictures[0]?.name}`}
          </h3>
          <Select
            label="Order of channels"
            value={order}
            options={channelOrders}
            onChange={(chosen) => choose({ order: chosen, channel: null })}
          />
          <Checkbox checked={isOneRange} onChange={(isOn) => choose({ isOneRange: isOn })}>
            One range
          </Checkbox>
        </div>
        <ChannelGrid
          shown={shown}
          channels={ordered}
          chosen={channel}
          rangeOf={(each) => channelRange(shown, each, isOneRange)}
          onChoose={(chosen) => choose({ channel: chosen })}
        />
      </>
    ),
    controls: (
      <>
        <h3 data-testid="channel">Channel {channel}</h3>
        <Facts
          facts={[
            ['Mean', formatValue(at(summary.mean))],
            ['Deviation', formatValue(at(summary.deviation))],
            ['Zeros', formatPercent(at(summary.zeros))],
          ]}
        />
        {dead && <p className="small muted">{dead}</p>}
      </>
    ),
  }
}
