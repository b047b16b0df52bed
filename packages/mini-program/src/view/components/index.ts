/**
 * Built-in components that are more than an element with a class: each takes the attributes of its tag (camel case,
 * typed) and its children. Tags that are not here show as a plain element; the base style says how it lies.
 */
import type { ComponentChildren, FunctionComponent } from 'preact'
import type { Attributes } from '../registry.ts'
import { Button } from './button.ts'
import { Checkbox, CheckboxGroup, Radio, RadioGroup } from './choices.ts'
import { Icon, Progress } from './drawings.ts'
import { Image } from './image.ts'
import { Input, Textarea } from './input.ts'
import { Label, Navigator, Text } from './simple.ts'
import { ScrollView } from './scroll-view.ts'
import { Slider, Switch } from './settings.ts'
import { Swiper } from './swiper.ts'

export type TagProps = Attributes & { children?: ComponentChildren }

export const COMPONENTS = new Map<string, FunctionComponent<TagProps>>([
  ['text', Text],
  ['label', Label],
  ['navigator', Navigator],
  ['button', Button],
  ['image', Image],
  ['cover-image', Image],
  ['icon', Icon],
  ['progress', Progress],
  ['input', Input],
  ['textarea', Textarea],
  ['checkbox', Checkbox],
  ['checkbox-group', CheckboxGroup],
  ['radio', Radio],
  ['radio-group', RadioGroup],
  ['switch', Switch],
  ['slider', Slider],
  ['scroll-view', ScrollView],
  ['swiper', Swiper],
])
